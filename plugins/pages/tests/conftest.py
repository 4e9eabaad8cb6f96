"""A running shop whose settings say who sells, with the plugin enabled, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser
from spoeq_pages import plugin as pages
from tests.shopping import CommandCounter

PROFILE = {
    "name": "Neel & Co.",
    "legal_name": "Neel Handmade Private Limited",
    "address": "14 Church Street, Bengaluru 560001",
    "email": "care@neel.example",
    "phone": "+91 80 4000 1234",
    "grievance_officer": "Meera Nair",
    "return_days": 7,
}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def running(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter
) -> AsyncIterator[RunningApp]:
    async with app_with(pages, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as app:
        await save_settings(app.shop, "core", PROFILE)
        yield app


@pytest.fixture
def shopper(running: RunningApp) -> Browser:
    return shopper_browser(running)


@pytest.fixture
async def staff(running: RunningApp) -> Browser:
    return await staff_browser(running)
