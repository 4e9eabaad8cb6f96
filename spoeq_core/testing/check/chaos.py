"""Each hook of a plugin made to raise and to hang in turn, and each timed while it works."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import pluggy

from spoeq_core.hooks.spec import policy_of
from spoeq_core.testing.check.contract import asked_impls, specs
from spoeq_core.testing.check.lab import Bench, Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject

CUT_OFF = 0.1
"""Seconds after which a hook that hangs is cut off: enough to see that the page goes on without it."""
NOT_ASKED_HERE = {"plugin_enabling", "demo_data", "sitemap_entries", "health_report"}
"""Asked by staff and the worker, outside of what shoppers do."""
LONGEST_BLOCK = 1.0
ROUNDS = 4
"""Walks at the most. A machine is busy in one or another of them; who is slow is so in each."""
MILLISECONDS = 1000
Answer = Callable[..., Awaitable[object]]


class Thrown(RuntimeError):
    """What a hook raises when it is made to."""


async def chaos(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Browsing stays intact, and a checkout is refused or right, never at a wrong price."""
    names = [name for name in asked_impls(subject.installed.module) if name not in NOT_ASKED_HERE]
    if not names:
        raise Skipped("it is asked nothing while shoppers browse and buy")
    faults: list[str] = []
    bench = await lab.bench()
    right = await bench.buy()
    for name in names:
        for how, failing in (("raises", _raising), ("hangs", _hanging)):
            async with _replaced(bench, name, failing):
                faults += [f"while {name} {how}: {fault}" for fault in await _stands(bench, right.total)]
    return [Fault(text) for text in faults]


async def latency(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """The 95th percentile of each hook is within its deadline, and none blocks the loop for a second."""
    names = list(asked_impls(subject.installed.module))
    if not names:
        raise Skipped("it is asked nothing in requests")
    times = {name: Times() for name in names}
    bench, faults = await lab.bench(), list[str]()
    with _timed(bench, times):
        for _ in range(ROUNDS):
            for each in times.values():
                each.begin()
            await bench.browse()
            await bench.buy()
            await bench.page(bench.admin, "/admin")
            faults = [text for name in names for text in times[name].faults(name)]
            if not faults:
                break
    return [Fault(text) for text in faults]


async def _stands(bench: Bench, right: int | None) -> list[str]:
    """The pages that do not come, and a checkout that sells at another price than the right one."""
    faults = await bench.browse()
    bought = await bench.buy()
    if bought.total is not None and right is not None and bought.total != right:
        faults.append(f"an order is sold for {bought.total} and not {right} (minor units)")
    if bought.total is None and bought.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        faults.append(f"the checkout breaks: {bought.told}")
    return faults


@asynccontextmanager
async def _replaced(bench: Bench, name: str, other: Answer) -> AsyncIterator[None]:
    """A hook answered by something else."""
    impl = _impl(bench, name)
    own, names = impl.function, impl.argnames
    impl.function, impl.argnames = other, ()
    try:
        yield
    finally:
        impl.function, impl.argnames = own, names
        await bench.clear()


@contextmanager
def _timed(bench: Bench, times: dict[str, Times]) -> Iterator[None]:
    """Each hook with a watch."""
    own = {name: _impl(bench, name).function for name in times}

    def watched(name: str) -> Answer:
        async def ask(**given: Any) -> object:
            return await _Stepped(own[name](**given), times[name])

        return ask

    for name in times:
        _impl(bench, name).function = watched(name)
    try:
        yield
    finally:
        for name, function in own.items():
            _impl(bench, name).function = function


def _impl(bench: Bench, name: str) -> Any:
    """Pluggy's own record of the hook; it is meant to be left alone, and put back."""
    caller: pluggy.HookCaller = getattr(bench.running.shop.hooks.manager.hook, name)
    return next(impl for impl in caller.get_hookimpls() if impl.plugin_name == bench.plugin)


async def _raising() -> object:
    raise Thrown("made to raise by spoeq plugins check")


async def _hanging() -> object:
    async with asyncio.timeout(CUT_OFF):
        await asyncio.Event().wait()
    return None


@dataclass
class Times:
    """For each time that a walk asks a hook, the least it took, and held the loop, on any of the walks; seconds."""

    took: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    _at: int = 0

    def begin(self) -> None:
        """Another walk, on which it is asked the same again."""
        self._at = 0

    def note(self, took: float, held: float) -> None:
        """It was asked once more."""
        for best, one in ((self.took, took), (self.held, held)):
            best[self._at : self._at + 1] = [min([one, *best[self._at : self._at + 1]])]
        self._at += 1

    def faults(self, name: str) -> Iterator[str]:
        """Where it is too slow."""
        deadline = policy_of(specs()[name]).timeout
        if (held := max(self.held, default=0.0)) > LONGEST_BLOCK:
            yield f"{name} blocks the loop for {held:.1f} s; nobody else is served meanwhile"
        elif self.took and (slow := self.percentile()) > deadline:
            told = f"{slow * MILLISECONDS:.0f} ms, its deadline is {deadline * MILLISECONDS:.0f} ms"
            yield f"{name} takes {told} (95th percentile of {len(self.took)})"

    def percentile(self, part: float = 0.95) -> float:
        """So many of the answers came within it."""
        ordered = sorted(self.took)
        return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class _Stepped:
    """A coroutine that is awaited step by step, each step timed."""

    def __init__(self, question: Any, times: Times) -> None:
        self._question, self._times = question, times

    def __await__(self) -> Generator[Any, Any, object]:
        steps, began, held = self._question.__await__(), time.perf_counter(), 0.0
        given: Any = None
        thrown: BaseException | None = None
        try:
            while True:
                started = time.perf_counter()
                try:
                    asked = steps.throw(thrown) if thrown is not None else steps.send(given)
                except StopIteration as done:
                    return done.value
                finally:
                    held = max(held, time.perf_counter() - started)
                given = thrown = None
                try:
                    given = yield asked
                except BaseException as error:  # handed on into the coroutine
                    thrown = error
        finally:
            self._times.note(time.perf_counter() - began, held)
