"""A shop whose clock the tests move, with a customer and an admin."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.identity import service
from spoeq_core.identity.model import Customer, Role, Staff
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with

PASSWORD = "neem leaves at dawn"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 6, 30, tzinfo=UTC))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    async with shop_with(servers=servers, data_dir=tmp_path, clock=clock) as opened:
        yield opened


@pytest.fixture
async def meera(shop: Shop) -> Customer:
    return await service.register_customer(
        shop, email="Meera@Example.com", password=PASSWORD, name="Meera Nair", phone="98450 12345"
    )


@pytest.fixture
async def boss(shop: Shop) -> Staff:
    return await service.create_staff(shop, email="boss@example.com", password=PASSWORD, name="Asha", role=Role.ADMIN)
