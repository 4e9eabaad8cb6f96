"""A bounded store in this process: the least recently used goes first, a tag takes all that depends on it."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Literal

ShelfName = Literal["data", "pages", "searches", "parts"]
SHELVES: dict[ShelfName, tuple[int, float]] = {
    "data": (10_000, 0.35),
    "pages": (20_000, 0.4),
    "searches": (2_000, 0.1),
    "parts": (10_000, 0.15),
}
"""Of each shelf: how many entries at most, and its share of the bytes."""


@dataclass(slots=True)
class Entry:
    """A value that was made.

    Attributes:
        value: The value.
        tags: What it depends on.
        until: Until when it may be used, by the monotonic clock.
        weight: About how many bytes it takes.
    """

    value: Any
    tags: frozenset[str]
    until: float
    weight: int

    @property
    def seconds(self) -> float:
        """How long it may still be used."""
        return self.until - time.monotonic()


class Shelf:
    """Entries by key, so many and so many bytes at most."""

    def __init__(self, entries: int, weight: int) -> None:
        self._most = entries
        self._heaviest = weight
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._by_tag: dict[str, set[str]] = {}
        self.weight = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry | None:
        """The entry, if it is there and its time is not over."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.until <= time.monotonic():
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry

    def put(self, key: str, entry: Entry) -> None:
        """Keep it; what is heavier than an eighth of the shelf is not kept."""
        self._drop(key)
        if entry.weight * 8 > self._heaviest:
            return
        self._entries[key] = entry
        self.weight += entry.weight
        for tag in entry.tags:
            self._by_tag.setdefault(tag, set()).add(key)
        while len(self._entries) > self._most or self.weight > self._heaviest:
            self._drop(next(iter(self._entries)))

    def drop_tag(self, tag: str) -> None:
        """Forget whatever depends on a tag."""
        for key in tuple(self._by_tag.get(tag, ())):
            self._drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._by_tag.clear()
        self.weight = 0

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.weight -= entry.weight
        for tag in entry.tags:
            keys = self._by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._by_tag[tag]


def shelves(weight: int) -> dict[ShelfName, Shelf]:
    """All shelves, of so many bytes together."""
    return {name: Shelf(most, int(part * weight)) for name, (most, part) in SHELVES.items()}
