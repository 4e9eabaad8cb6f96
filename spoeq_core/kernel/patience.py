"""How long a process waits for its database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pymongo

LONG_WORK = 6 * 3600.0
"""Seconds that a single command of long work may take."""
BRIEF = 0.5
"""Seconds that a command may take which only makes an answer nicer that says that a server is silent."""


def limits(timeout_ms: int, *, hurried: bool) -> dict[str, int]:
    """Options of a client, whose commands wait so long for a server.

    Where people wait, a command ends within that time, tries again included: a server that stands still takes
    connections and never answers, and each command that waits keeps a thread. What a command that was given up does
    later, when the server goes on, is for idempotence and the reconciler, as after a lost connection.
    """
    found = {"serverSelectionTimeoutMS": timeout_ms}
    if hurried:
        found |= {"connectTimeoutMS": timeout_ms, "timeoutMS": timeout_ms}
    return found


def unhurried() -> AbstractContextManager[Any]:
    """A block whose commands may take as long as they need, whoever waits: to make indexes, to migrate."""
    return pymongo.timeout(LONG_WORK)


def briefly() -> AbstractContextManager[Any]:
    """A block whose commands are given up at once: to tell people that the database does not answer."""
    return pymongo.timeout(BRIEF)
