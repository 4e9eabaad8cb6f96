"""Keeps a few programs running: restarts what dies, and stops everything in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.processes.children import describe_exit, kill_group, spawn, stop
from spoeq_core.kernel.processes.relay import Relay

Notify = Callable[[str], None]


def to_stderr(sentence: str) -> None:
    """Tell the person at the terminal."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


class RestartBudget:
    """Decides when a process that died is started again: later each time, and never after too many quick deaths.

    Args:
        quick_seconds: A life shorter than this is a quick death; a longer one forgives the earlier ones.
        first_delay: Seconds before the first restart; doubled with each further quick death, 5 at most.
    """

    LIMIT = 5

    def __init__(self, quick_seconds: float = 5.0, first_delay: float = 0.1) -> None:
        self.quick_seconds = quick_seconds
        self.first_delay = first_delay
        self.quick_deaths = 0

    def delay(self, lived: float) -> float | None:
        """Seconds to wait before the next start of a process that lived so long; None to give up."""
        self.quick_deaths = self.quick_deaths + 1 if lived < self.quick_seconds else 0
        if self.quick_deaths >= self.LIMIT:
            return None
        return float(min(5.0, self.first_delay * 2 ** max(0, self.quick_deaths - 1)))


@dataclass(frozen=True)
class Child:
    """A program to keep running.

    Args:
        name: What people call it.
        argv: The program and its arguments.
        env: Variables to set beside our own.
        stop_signal: Asks it to stop.
        stop_seconds: How long it may take to stop before it is killed.
        pass_fds: Open descriptors that it inherits under the same numbers, such as a shared listening socket.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10.0
    pass_fds: Sequence[int] = ()


class Supervisor:
    """Runs children until it is told to stop, then stops them one by one in the order given.

    Args:
        children: What to run; their names differ.
        prefixed_to: Where to pass on each line of their output with the child's name in front; None lets them write
            to our own output.
        budget: Makes the restart policy of a child.
        notify: Is told in a sentence what happens to the children.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        prefixed_to: BinaryIO | None = None,
        budget: Callable[[], RestartBudget] = RestartBudget,
        notify: Notify = to_stderr,
    ) -> None:
        self._children = tuple(children)
        self._prefixed_to = prefixed_to
        self._budget = budget
        self._notify = notify
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = asyncio.Event()
        self._again = {child.name: asyncio.Event() for child in children}

    @property
    def pids(self) -> dict[str, int]:
        """The process of each child that runs."""
        return {name: process.pid for name, process in self._processes.items() if process.returncode is None}

    def request_stop(self) -> None:
        """Have `run` stop the children and return; asked a second time it kills them."""
        if self._stopping.is_set():
            self._notify("Killing what still runs.")
            self._kill()
        self._stopping.set()

    async def restart(self, name: str) -> None:
        """Stop a child as at the end and have it started again at once: that is no death, and forgives earlier ones.

        Returns when the earlier process is gone; the next one may not have begun yet.
        """
        child = next(child for child in self._children if child.name == name)
        self._again[name].set()
        if name in self._processes:
            await stop(self._processes[name], child.stop_signal, child.stop_seconds)

    async def run(self) -> None:
        """Run the children until SIGINT, SIGTERM, SIGHUP, `request_stop` or cancellation; a second signal kills them.

        Raises:
            SpoeqError: a child cannot be started or keeps dying; the others have been stopped.
        """
        with stop_signals(self.request_stop):
            keepers = {child.name: asyncio.create_task(self._keep(child)) for child in self._children}
            stopping = asyncio.create_task(self._stopping.wait())
            try:
                await asyncio.wait([stopping, *keepers.values()], return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._stopping.set()
                await self._stop(keepers.values())
                await stopping
        for keeper in keepers.values():
            keeper.result()

    async def _stop(self, keepers: Iterable[asyncio.Task[None]]) -> None:
        try:
            for child in self._children:
                if child.name in self._processes:
                    await stop(self._processes[child.name], child.stop_signal, child.stop_seconds)
            await asyncio.gather(*keepers, return_exceptions=True)
        finally:
            self._kill()

    def _kill(self) -> None:
        for pid in self.pids.values():
            kill_group(pid)

    async def _keep(self, child: Child) -> None:
        budget, again = self._budget(), self._again[child.name]
        while not self._stopping.is_set():
            again.clear()
            started = time.monotonic()
            code = await self._live(child)
            if self._stopping.is_set():
                return
            if again.is_set():
                budget = self._budget()
                continue
            delay = budget.delay(time.monotonic() - started)
            if delay is None:
                raise SpoeqError(
                    f"{child.name} died {budget.quick_deaths} times in a row, at last with {describe_exit(code)}.",
                    hint="Its output says why; mend that and start again.",
                )
            self._notify(f"{child.name} died with {describe_exit(code)}; starting it again.")
            await _first_of(self._stopping, again, within=delay)
            if again.is_set():
                budget = self._budget()

    async def _live(self, child: Child) -> int:
        """One life of a child, from its start to its end; its exit code."""
        relay = None if self._prefixed_to is None else Relay(child.name, self._prefixed_to)
        try:
            process = await spawn(
                child.argv,
                env={"PYTHONUNBUFFERED": "1", **child.env} if relay else child.env,
                output=relay.descriptor if relay else None,
                pass_fds=child.pass_fds,
            )
        finally:
            if relay:
                relay.close()
        if self._stopping.is_set() or self._again[child.name].is_set():  # whoever said so does not know of this one
            kill_group(process.pid)
        self._processes[child.name] = process
        code = await process.wait()
        kill_group(process.pid)  # what it started must not hold its port when it is started again
        if relay:
            await asyncio.to_thread(relay.join)
        return code


async def _first_of(*events: asyncio.Event, within: float) -> None:
    """Wait until one of them is set, so many seconds at most."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


@contextlib.contextmanager
def stop_signals(handler: Callable[[], None]) -> Iterator[None]:
    """Call the handler on SIGINT, SIGTERM and SIGHUP (which nohup makes us ignore) while the context is open.

    Outside the main thread, which alone gets signals, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    earlier = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    if earlier[signal.SIGHUP] == signal.SIG_IGN:
        del earlier[signal.SIGHUP]
    for number in earlier:
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number, previous in earlier.items():
            loop.remove_signal_handler(number)
            signal.signal(number, previous)
