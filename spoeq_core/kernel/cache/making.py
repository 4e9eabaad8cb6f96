"""What a value depends on while it is being made: noted by whoever reads, kept with the value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

LONGEST = 300.0
"""Seconds that anything is kept: what every other way of telling missed is right after that."""
BRIEFLY = 1.0
"""Seconds that a value is kept which reads what nobody tells the changes of, or whose making went wrong in part."""
EVERYTHING = "*"
"""The tag that stands for all: telling it empties the cache."""


@dataclass(slots=True)
class Making:
    """A value that is being made.

    Attributes:
        tags: What it depends on so far.
        seconds: How long it may be kept.
        precise: Whether its tags are known to whoever makes it, so that what it reads need not be noted.
    """

    tags: set[str] = field(default_factory=set)
    seconds: float = LONGEST
    precise: bool = False

    def depend(self, tags: Iterable[str]) -> None:
        """It depends on these too."""
        self.tags.update(tags)

    def keep_at_most(self, seconds: float) -> None:
        """It may be kept no longer than that."""
        self.seconds = max(0.0, min(self.seconds, seconds))


_MAKING: ContextVar[Making | None] = ContextVar("spoeq_making", default=None)


@contextmanager
def being_made(making: Making) -> Iterator[Making]:
    """What is done in this block, and in the tasks that it starts, makes this value."""
    token = _MAKING.set(making)
    try:
        yield making
    finally:
        _MAKING.reset(token)


def depends_on(*tags: str) -> None:
    """What is being made now (a page, a part of it) is stale when one of these tags is told; outside nothing happens.

    A tag is any word; documents have those of `exactly` and the name of their collection.
    """
    making = _MAKING.get()
    if making is not None:
        making.depend(tags)


def keep_at_most(seconds: float) -> None:
    """What is being made now is good for no longer than so many seconds: an offer ends, a promise is of today."""
    making = _MAKING.get()
    if making is not None:
        making.keep_at_most(seconds)


def note_read(collection: str, *, public: bool) -> None:
    """Documents of a collection were read; changes of one that is not public are told to nobody."""
    making = _MAKING.get()
    if making is None:
        return
    if not public:
        making.keep_at_most(BRIEFLY)
    elif not making.precise:
        making.tags.add(collection)


def exactly(collection: str, *ids: str) -> tuple[str, ...]:
    """The tags of these documents alone: for a value that no other document of the collection can change."""
    return (f"{collection}:?", *(f"{collection}:{each}" for each in ids))


def written(collection: str, ids: Iterable[str] | None) -> tuple[str, ...]:
    """The tags that a write makes stale: of these documents, or (None) of any."""
    if ids is None:
        return (collection, f"{collection}:?")
    return (collection, *(f"{collection}:{each}" for each in ids))
