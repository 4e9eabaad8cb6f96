"""Time as a dependency: services ask a clock, so that tests can set it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """The current moment, UTC, with millisecond precision (MongoDB keeps no more)."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current moment, UTC, cut to milliseconds."""
        return to_milliseconds(datetime.now(UTC))


class FixedClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The moment it was set to."""
        return to_milliseconds(self.at)

    def forward(self, step: timedelta) -> None:
        """Move on by a step."""
        self.at += step


def to_milliseconds(moment: datetime) -> datetime:
    """The same moment without microseconds that MongoDB would lose."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
