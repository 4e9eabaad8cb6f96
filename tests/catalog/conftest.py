"""A shop whose database commands are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pymongo import monitoring

from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with


class Commands(monitoring.CommandListener):
    """Counts the commands that a client sends."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Counted when it started."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Counted when it started."""

    def take(self) -> dict[str, int]:
        """What was counted since the last time."""
        counted = dict(self.names)
        self.names.clear()
        return counted


@pytest.fixture
def commands() -> Commands:
    return Commands()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, commands: Commands) -> AsyncIterator[Shop]:
    async with shop_with(servers=servers, data_dir=tmp_path, listeners=[commands]) as opened:
        yield opened
