"""Which state of the themes' and plugins' files pages are drawn from: pages of another state are others."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from spoeq_core.kernel.cache import TagCache

EVERY = 1.0
"""Seconds between two looks at files that may change."""
EDITION = "files"


class Files:
    """Looks at the files of some packages.

    Args:
        roots: Their folders.
        change: Whether files may change while the process runs, as when somebody writes a theme.
    """

    def __init__(self, roots: Iterable[Path], *, change: bool) -> None:
        self._roots = tuple(roots)
        self._change = change
        self._looked_at = float("-inf")

    def begin_edition(self, cache: TagCache) -> None:
        """Let the cache know of the state they are in, if it is time to look."""
        if self._looked_at > 0 and not self._change:
            return
        now = time.monotonic()
        if now - self._looked_at >= EVERY:
            self._looked_at = now
            cache.begin_edition(EDITION, self._state())

    def _state(self) -> str:
        state = hashlib.sha256()
        for path in sorted(each for root in self._roots for each in _files(root)):
            with suppress(FileNotFoundError):  # taken away just now, or the lock of an editor, which points nowhere
                state.update(f"{path} {path.stat().st_mtime_ns}\n".encode())
        return state.hexdigest()[:12]


def _files(root: Path) -> Iterator[Path]:
    """What pages are made by: templates and what they load, and the code beside them."""
    inside = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    return (path for path in inside if path.suffix in {".html", ".py", ".css", ".js", ".po", ".json", ".svg"})
