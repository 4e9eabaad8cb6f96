"""Breakers: who failed again and again is not asked for a while, then tried once.

The state is local, since a question must not cost a round trip; what opens or closes is told to a listener, which
shares it with the other processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from spoeq_core.kernel.cache import BRIEFLY, keep_at_most

Key = tuple[str, str]
"""Plugin and hook."""

LIMIT = 5
PAUSE = 30.0
LONGEST_PAUSE = 600.0


@dataclass(slots=True)
class _State:
    failures: int = 0
    until: float = 0.0
    pause: float = 0.0
    probing: bool = False


def _ignore(_key: Key, _until: float) -> None:
    return


class Breakers:
    """One breaker a key: closed at first, open after failures in a row, half open when its pause is over.

    Args:
        now: Seconds since the epoch.
        limit: Failures in a row that open one.
        pause: Seconds it stays open the first time; each failed trial doubles them, up to ten minutes.
    """

    def __init__(self, *, now: Callable[[], float] = time.time, limit: int = LIMIT, pause: float = PAUSE) -> None:
        self.on_change: Callable[[Key, float], None] = _ignore
        self._now = now
        self._limit = limit
        self._pause = pause
        self._states: dict[Key, _State] = {}

    def admits(self, key: Key) -> bool:
        """Whether to ask now. Of those who come after the pause one is let through, and its outcome decides."""
        state = self._states.get(key)
        if state is None or not state.until:
            return True
        if state.probing or self._now() < state.until:
            keep_at_most(BRIEFLY)  # what is being made goes without it, and is not kept long
            return False
        state.probing = True
        return True

    def succeeded(self, key: Key) -> None:
        """An answer came: closed."""
        state = self._states.pop(key, None)
        if state is not None and state.until:
            self.on_change(key, 0.0)

    def failed(self, key: Key) -> None:
        """No answer came: opens after too many in a row, and again after a trial that failed."""
        state = self._states.setdefault(key, _State())
        state.failures += 1
        if state.probing or (state.failures >= self._limit and not state.until):
            state.pause = min(state.pause * 2 or self._pause, LONGEST_PAUSE)
            state.until = self._now() + state.pause
            state.probing = False
            self.on_change(key, state.until)

    def released(self, key: Key) -> None:
        """Whoever was let through left without an outcome: the next one may try."""
        state = self._states.get(key)
        if state is not None:
            state.probing = False

    def open_until(self) -> dict[Key, float]:
        """Those that are open or half open, and when their pauses end (seconds since the epoch)."""
        return {key: state.until for key, state in self._states.items() if state.until}

    def adopt(self, shared: Mapping[Key, float]) -> None:
        """Take over what the processes share: what others opened is open here, what they closed is closed."""
        for key in [key for key, state in self._states.items() if state.until and key not in shared]:
            del self._states[key]
        for key, until in shared.items():
            state = self._states.setdefault(key, _State())
            if until > state.until:
                state.until, state.probing = until, False
                state.pause = state.pause or self._pause

    def reset(self, plugin: str) -> None:
        """Close a plugin's breakers: staff mended it."""
        for key in [key for key in self._states if key[0] == plugin]:
            del self._states[key]
