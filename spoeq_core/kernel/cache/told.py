"""What this process knows of changes: which tag was told when, by its own count, and what others are still to hear."""

from __future__ import annotations

import time
from collections.abc import Iterable

from spoeq_core.kernel.cache.making import EVERYTHING

MOST = 20_000
"""Tags that are remembered; where there are more, whatever began before counts as stale."""


class Told:
    """The order of changes and of what is being made; `now` is a moment of it."""

    def __init__(self) -> None:
        self.now = 0
        self._floor = 0
        self._last: dict[str, int] = {}
        self._when: dict[str, float] = {}
        self._untold: set[str] = set()
        self._telling: set[str] = set()

    def everything(self) -> None:
        """Whatever began before this is stale."""
        self.now += 1
        self._floor = self.now
        self._last.clear()
        self._when.clear()

    def told(self, tags: Iterable[str]) -> None:
        """These changed."""
        self.now += 1
        self._last.update(dict.fromkeys(tags, self.now))
        self._when.update(dict.fromkeys(tags, time.monotonic()))
        if EVERYTHING in self._last or len(self._last) > MOST:
            self.everything()

    def is_stale(self, tags: Iterable[str], began: int) -> bool:
        """Whether one of the tags was told after that moment."""
        return self._floor > began or any(self._last.get(tag, 0) > began for tag in tags)

    def seconds_since(self, tag: str) -> float:
        """How long ago a tag was told last, as far as is known."""
        return time.monotonic() - self._when.get(tag, float("-inf"))

    def to_tell(self, tags: Iterable[str]) -> None:
        """The others are to hear of these."""
        self._untold.update(tags)

    def is_untold(self, tags: Iterable[str]) -> bool:
        """Whether the others may not have heard of one of these yet, so that what they share may be older."""
        waiting = self._untold | self._telling
        return EVERYTHING in waiting or not waiting.isdisjoint(tags)

    @property
    def waiting(self) -> bool:
        """Whether there is something to tell."""
        return bool(self._untold)

    def begin_telling(self) -> list[str]:
        """What to tell the others now."""
        self._telling, self._untold = self._untold, set()
        return [EVERYTHING] if len(self._telling) > MOST else sorted(self._telling)

    def end_telling(self, *, done: bool) -> None:
        """They heard it, or it has to be told again."""
        if not done:
            self._untold |= self._telling
        self._telling = set()
