"""Workers forked from a process that has imported everything: quick to start, and their memory is shared.

The parent does nothing but fork, wait and pass signals on: it runs no event loop and no thread, so that a fork copies
nothing that is in motion.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from spoeq_core.kernel.processes.children import die_with_parent, kill_group
from spoeq_core.kernel.processes.supervisor import RestartBudget

log = logging.getLogger(__name__)

PR_SET_NAME = 15
LONG = 3600.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Role:
    """What some of the children do.

    Attributes:
        name: Shown by ps and top; 15 characters at most.
        run: The child's whole life; returns when it was told to stop by SIGTERM.
        count: How many of them.
        stop_seconds: How long they may take to stop before they are killed.
    """

    name: str
    run: Callable[[], None]
    count: int = 1
    stop_seconds: float = 10.0


@dataclass
class _Place:
    """One child's place, filled again when the child dies."""

    role: Role
    budget: RestartBudget = field(default_factory=RestartBudget)
    pid: int = 0
    born: float = 0.0
    due: float = 0.0


class Prefork:
    """Keeps children of some roles running until SIGTERM; then stops them role by role, in the order given."""

    def __init__(self, roles: Sequence[Role]) -> None:
        self._roles = tuple(roles)
        self._places = [_Place(role) for role in roles for _ in range(role.count)]
        self._stopping = False

    def run(self) -> int:
        """Fork and watch until told to stop; the exit status: 0, or 1 if a child kept dying."""
        gc.collect()
        gc.freeze()
        readable, writable = os.pipe()
        for end in (readable, writable):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        for number in SIGNALS:
            signal.signal(number, self._stop)
        failed = False
        while not self._stopping and not failed:
            if self._fill():
                _sleep(readable, self._until_due())
                self._reap()
            else:
                failed = True
        for role in self._roles:
            self._end([place for place in self._places if place.role is role], role.stop_seconds, readable)
        return 1 if failed else 0

    def _until_due(self) -> float:
        """Seconds until a place is to be filled again; long if all are filled."""
        due = [place.due - time.monotonic() for place in self._places if place.pid == 0]
        return max(0.0, min(due, default=LONG))

    def _fill(self) -> bool:
        """Fork what is missing and due; False if a child dies again and again."""
        now = time.monotonic()
        for place in self._places:
            if place.pid == 0 and place.due <= now:
                place.pid, place.born = self._fork(place.role), now
        return all(place.due != float("inf") for place in self._places)

    def _fork(self, role: Role) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            return pid
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (*SIGNALS, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            os.setsid()
            die_with_parent(parent)
            _rename(role.name)
            role.run()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            log.exception("%s ended with an error", role.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Note who died."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for place in self._places:
                if place.pid == pid:
                    self._died(place, status)

    def _died(self, place: _Place, status: int) -> None:
        place.pid = 0
        if self._stopping:
            return
        delay = place.budget.delay(time.monotonic() - place.born)
        place.due = float("inf") if delay is None else time.monotonic() + delay
        ending = "giving up" if delay is None else "starting it again"
        log.warning("%s died (%s); %s", place.role.name, os.waitstatus_to_exitcode(status), ending)

    def _end(self, places: Sequence[_Place], seconds: float, readable: int) -> None:
        for place in places:
            if place.pid:
                _signal(place.pid, signal.SIGTERM)
        until = time.monotonic() + seconds
        self._reap()
        while any(place.pid for place in places) and time.monotonic() < until:
            _sleep(readable, until - time.monotonic())
            self._reap()
        for place in places:
            if place.pid:
                log.warning("%s did not stop within %.0f s and is killed", place.role.name, seconds)
                kill_group(place.pid)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _sleep(readable: int, seconds: float) -> None:
    """Wait for a signal, at most so long. A plain blocking wait would begin again after the signal's handler ran."""
    ready, _, _ = select.select([readable], [], [], max(0.0, seconds))
    if ready:
        os.read(readable, 4096)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        log.debug("process %d is gone already", pid)


def _rename(name: str) -> None:
    """Show the role as the process's name; only Linux has a call for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
