"""Faults at the database's edge: the n-th write of a kind fails, or the process dies at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import AutoReconnect

WRITES = ("insert_one", "insert_many", "update_one", "update_many", "delete_one", "delete_many")
READS = ("find_one", "count_documents")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass
class Fault:
    """What goes wrong at the n-th write from now.

    Attributes:
        at: Which write, from 1.
        applied: Whether the database has applied it, and only the answer is lost.
        deadly: Whether the process dies of it, and can write nothing more; else it only sees an error.
        writes: The writes that were seen.
    """

    at: int
    applied: bool
    deadly: bool
    writes: list[str] = field(default_factory=list)
    dead: bool = False

    async def write(self, collection: Any, name: str, original: Any, args: Any, kwargs: Any) -> Any:
        """A write, as it goes under this fault."""
        if self.dead:
            raise Killed
        self.writes.append(f"{name} {collection.name}")
        mine = len(self.writes) == self.at
        if mine and not self.applied:
            self._strike()
        result = await original(collection, *args, **kwargs)
        if mine:
            self._strike()
        return result

    @property
    def struck(self) -> bool:
        """Whether it came to it."""
        return len(self.writes) >= self.at

    def _strike(self) -> None:
        if self.deadly:
            self.dead = True
            raise Killed
        raise AutoReconnect("the connection was lost")


@contextmanager
def failing(fault: Fault) -> Iterator[Fault]:
    """All collections fail like that."""
    with pytest.MonkeyPatch.context() as patch:
        for name in WRITES:
            patch.setattr(AsyncIOMotorCollection, name, _faulty(fault, name))
        for name in READS:
            patch.setattr(AsyncIOMotorCollection, name, _unreadable(fault, name))
        yield fault


def _faulty(fault: Fault, name: str) -> Any:
    original = getattr(AsyncIOMotorCollection, name)

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await fault.write(self, name, original, args, kwargs)

    return method


def _unreadable(fault: Fault, name: str) -> Any:
    original = getattr(AsyncIOMotorCollection, name)

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if fault.dead:
            raise Killed
        return await original(self, *args, **kwargs)

    return method
