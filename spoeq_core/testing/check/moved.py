"""Another day and another luck for the modules of a plugin: what is pure does not notice."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from types import ModuleType
from typing import Any
from unittest.mock import patch

AWAY = timedelta(days=173, hours=7, minutes=13)


class _Like(type):
    """Every datetime is one of these, so that `isinstance` in the plugin goes on as before."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])


class _Later(datetime, metaclass=_Like):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + AWAY

    @classmethod
    def utcnow(cls) -> datetime:  # type: ignore[override]
        return datetime.now() + AWAY

    @classmethod
    def today(cls) -> datetime:  # type: ignore[override]
        return datetime.now() + AWAY


class _LaterDay(date, metaclass=_Like):
    @classmethod
    def today(cls) -> date:  # type: ignore[override]
        return datetime.now().date() + AWAY


class _DatetimeModule(ModuleType):
    """`import datetime` as the plugin sees it on the other day."""

    def __init__(self) -> None:
        super().__init__("datetime")
        self.datetime, self.date = _Later, _LaterDay

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.modules["datetime"], name)


@contextmanager
def another_day(package: str) -> Iterator[None]:
    """The clock of a package's modules half a year on, and other dice."""
    real, state = time.time, random.getstate()
    swaps = {datetime: _Later, date: _LaterDay, sys.modules["datetime"]: _DatetimeModule()}
    changed: list[tuple[ModuleType, str, object]] = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for key, value in list(vars(module).items()):
                try:
                    other = swaps.get(value)
                except TypeError:
                    continue
                if other is not None:
                    changed.append((module, key, value))
                    setattr(module, key, other)
    random.seed(0xE)
    try:
        with patch("time.time", lambda: real() + AWAY.total_seconds()):
            yield
    finally:
        for module, key, value in changed:
            setattr(module, key, value)
        random.setstate(state)
