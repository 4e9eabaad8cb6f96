"""Where a shop meets its database: tests stand there to hold a command back, to lose its answer, to die at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection

WRITES = frozenset({"insert_one", "insert_many", "update_one", "update_many", "delete_one", "delete_many"})
READS = frozenset({"find_one", "count_documents"})


@dataclass(frozen=True, slots=True)
class Command:
    """What the shop is about to ask of the database.

    Attributes:
        name: Of the collection's method: one of `WRITES` or `READS`.
        collection: The collection's name.
        args: The method's arguments.
        run: Asks it, and gives the answer.
    """

    name: str
    collection: str
    args: tuple[Any, ...]
    run: Callable[[], Awaitable[Any]]

    def __str__(self) -> str:
        return f"{self.name} {self.collection}"


Watch = Callable[[Command], Awaitable[Any]]
"""Called in place of each command; answers for it, by `command.run()` or otherwise."""


@contextmanager
def at_the_database(watch: Watch) -> Iterator[None]:
    """Everything that this process asks of any collection goes through `watch`; of two, through the inner one first."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (*WRITES, *READS):
            patch.setattr(AsyncIOMotorCollection, name, _watched(name, watch))
        yield


def _watched(name: str, watch: Watch) -> Any:
    original = getattr(AsyncIOMotorCollection, name)

    async def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return await watch(Command(name, self.name, args, lambda: original(self, *args, **kwargs)))

    return method
