"""Faults at the database's edge: the n-th write fails, or the process dies at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import AutoReconnect

from spoeq_core.testing.edge import READS, Command, at_the_database


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass
class Fault:
    """What goes wrong at the n-th write from now.

    Attributes:
        at: Which write, from 1.
        applied: Whether the database has applied it, and only the answer is lost.
        deadly: Whether the process dies of it, and can ask nothing more; else it only sees an error.
        writes: The writes that were seen, as "update_one stock".
    """

    at: int
    applied: bool
    deadly: bool
    writes: list[str] = field(default_factory=list)
    dead: bool = False

    async def watch(self, command: Command) -> Any:
        """A command, as it goes under this fault."""
        if self.dead:
            raise Killed
        if command.name in READS:
            return await command.run()
        self.writes.append(str(command))
        mine = len(self.writes) == self.at
        if mine and not self.applied:
            self._strike()
        result = await command.run()
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
    with at_the_database(fault.watch):
        yield fault
