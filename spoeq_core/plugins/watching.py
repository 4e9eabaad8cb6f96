"""Who holds up the event loop: a thread looks at what runs when the loop does not come round, and names the plugin.

Blocking code cannot be cancelled, and holds up every visitor of the process. The loop says four times a limit that it
lives; when it has not for a limit, the stack of its thread tells which plugin's hook, subscriber or page is at work. A
function is named if it was there at two looks in a row, or at one that was itself held up while the process was busy
(by code that does not let go of the interpreter): on a machine that stood still nobody is blamed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.counting import Blocked
from spoeq_core.plugins.discovery import InstalledPlugin

log = logging.getLogger(__name__)

LIMIT = 1.0
"""Seconds for which nobody may hold up the loop."""
LOOKS = 4
LONGEST_STACK = 4000
CORE = "core"


@dataclass(frozen=True, slots=True)
class Look:
    """What ran when the thread looked: whose, what, and which frame."""

    plugin: str
    what: str
    frame: int
    stack: str


class LoopWatch:
    """Watches the loop that it is started in, until it is stopped; what it finds goes into `blocked`."""

    def __init__(
        self, plugins: Sequence[InstalledPlugin], blocked: dict[tuple[str, str], Blocked], limit: float = LIMIT
    ) -> None:
        self._blocked = blocked
        self._folders = {
            f"{Path(file).parent}/": plugin.name
            for plugin in plugins
            if (file := getattr(plugin.module, "__file__", None))
        }
        self._limit = limit
        self._beat_at = time.monotonic()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._watched = 0
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, in the loop's own thread."""
        self._watched = threading.get_ident()
        self._stopping.clear()
        self._beat()
        self._thread = threading.Thread(target=self._watch, name="spoeq-loop-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for the thread."""
        if self._handle is not None:
            self._handle.cancel()
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _beat(self) -> None:
        self._beat_at = time.monotonic()
        self._handle = asyncio.get_running_loop().call_later(self._limit / LOOKS, self._beat)

    def _watch(self) -> None:
        last: Look | None = None
        noted: Look | None = None
        pause = self._limit / LOOKS
        woke, worked = time.monotonic(), time.process_time()
        while not self._stopping.wait(pause):
            held_up, busy = time.monotonic() - woke - pause, time.process_time() - worked
            woke, worked = time.monotonic(), time.process_time()
            silent = woke - self._beat_at
            if silent < self._limit / 2:
                last = noted = None
                continue
            look = self._look()
            sure = last is not None and look.frame == last.frame
            sure = sure or (held_up > self._limit / 2 and busy > held_up / 2)
            if silent >= self._limit and sure:
                self._note(look, silent, again=noted is not None and noted.frame == look.frame)
                noted = look
            last = look

    def _look(self) -> Look:
        top = sys._current_frames().get(self._watched)
        frames = []
        frame = top
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        plugin, what, owner = self._owner(frames)
        stack = "".join(traceback.format_stack(top)) if top is not None else ""
        return Look(plugin, what, id(owner), stack[-LONGEST_STACK:])

    def _owner(self, frames: Sequence[FrameType]) -> tuple[str, str, FrameType | None]:
        """Whose frame it is: of the hook that is asked, or else the outermost one that lies in a plugin's folder."""
        for frame in frames:
            if frame.f_code is Hooks.guarded.__code__:
                asked: Mapping[str, object] = frame.f_locals
                return str(asked["plugin"]), getattr(asked["spec"], "__name__", "?"), frame
        for frame in reversed(frames):
            for folder, plugin in self._folders.items():
                if frame.f_code.co_filename.startswith(folder):
                    return plugin, frame.f_code.co_qualname, frame
        return CORE, frames[0].f_code.co_qualname if frames else "?", frames[0] if frames else None

    def _note(self, look: Look, silent: float, *, again: bool) -> None:
        """Count it once, however long it lasts."""
        found = self._blocked.setdefault((look.plugin, look.what), Blocked())
        found.longest = max(found.longest, silent)
        if again:
            return
        found.count += 1
        found.at, found.stack = datetime.now(UTC).isoformat(timespec="seconds"), look.stack
        log.error(
            "%s holds up the whole process in %s: for %.1f s nothing else runs\n%s",
            "the core" if look.plugin == CORE else f"plugin {look.plugin}",
            look.what,
            silent,
            look.stack,
        )
