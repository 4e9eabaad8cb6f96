"""A shop with reminders, goods, a postbox and a clock that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from spoeq_cart_reminders import plugin as reminders
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.notifications.model import Message
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import plugin, stock_up


@dataclass
class Postbox:
    """A channel that sends a key once; it can be told to fail."""

    name: str = "postbox"
    letters: dict[str, Message] = field(default_factory=dict)
    failing: bool = False

    async def send(self, shop: Shop, message: Message) -> None:
        """Keep it."""
        del shop
        if self.failing:
            raise ConnectionError("the server hung up")
        self.letters.setdefault(message.key, message)

    @property
    def told(self) -> list[str]:
        """To whom, in the order of sending."""
        return [letter.to_email for letter in self.letters.values()]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def post(postbox: Postbox) -> ModuleType:
    """The plugin that brings the postbox."""

    def register_channels() -> Sequence[Postbox]:
        return [postbox]

    return plugin("post", register_channels=register_channels)


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock, postbox: Postbox) -> AsyncIterator[Shop]:
    async with shop_with(reminders, post(postbox), servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await save_settings(opened, "core", {"name": "Neel & Co.", "languages": ["en", "hi"]})
        await stock_up(opened, {"KURTA": 50, "DIYA": 5})
        yield opened
