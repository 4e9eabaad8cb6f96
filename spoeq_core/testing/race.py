"""A race with a fair start: each runs up to the same point, and is held there until all have come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import pytest

from spoeq_core.orders.claims import PAYMENT
from spoeq_core.payments.service import providers
from spoeq_core.shop import Shop
from spoeq_core.testing.edge import Command, at_the_database

T = TypeVar("T")

PAY = "pay"
PATIENCE = 60.0
"""Seconds after which those who wait for others are let go, and the race is called off."""


class NoRace(AssertionError):
    """Not all came to the point at which they were to start together."""


def _reserves(command: Command) -> bool:
    return str(command) == "update_one stock"


def _settles(command: Command) -> bool:
    return str(command) == "insert_many claims" and any(row["kind"] == PAYMENT for row in command.args[0])


POINTS: Mapping[str, Callable[[Command], bool]] = {"reserve": _reserves, "settle": _settles}
"""Commands with a name of their own; any other is named as a fault names it: "update_one orders"."""


@dataclass
class _Start:
    """Where the runners wait for each other."""

    missing: int
    called_off: bool = False

    def __post_init__(self) -> None:
        self._open = asyncio.Event()

    async def come(self, runner: _Runner) -> None:
        """Wait for the others, the first time that a runner comes by."""
        if runner.came:
            return
        runner.came = True
        self.missing -= 1
        if not self.missing:
            self._open.set()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._open.wait()
        except TimeoutError:
            self.call_off()

    def call_off(self) -> None:
        """Let all go on, one being lost."""
        self.called_off = True
        self._open.set()


@dataclass(eq=False)
class _Runner:
    start: _Start
    came: bool = False


_running: ContextVar[_Runner | None] = ContextVar("spoeq_race", default=None)


async def race(shop: Shop, runners: Iterable[Awaitable[T]], *, at: str) -> list[T | BaseException]:
    """What came of each, in their order, when all have come to the same point before any went on from there.

    Args:
        shop: The shop they race for.
        runners: Coroutines, not begun: `place_order(…)` of ten owners, or requests of a test client. Ten or so: more
            than the 50 connections of a shop's client are not at the database at once.
        at: The point. "reserve": about to promise stock to an order. "settle": about to claim money for one. "pay":
            about to ask a payment provider to begin. Else a command as "update_one orders" or "insert_one gifts".

    Returns:
        For each its result, or the exception that it ended with.

    Raises:
        NoRace: one ended without having come there, or held up another one that was still on the way.
    """
    tasks, known = [], list(runners)
    start = _Start(len(known))
    with ExitStack() as stack:
        _stand_at(stack, shop, at)
        for runner in known:
            tasks.append(asyncio.create_task(_run(start, runner)))
        results = await asyncio.gather(*tasks, return_exceptions=True)
    if start.called_off:
        ended = "; ".join(sorted({repr(result) for result in results}))
        raise NoRace(f"{start.missing} of {len(known)} never came to {at!r}. They ended with: {ended}")
    return results


async def _run(start: _Start, runner: Awaitable[T]) -> T:
    me = _Runner(start)
    _running.set(me)
    try:
        return await runner
    finally:
        if not me.came:
            start.call_off()


def _stand_at(stack: ExitStack, shop: Shop, at: str) -> None:
    if at == PAY:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        kinds: set[Any] = {type(provider) for _, provider in providers(shop)}
        for kind in kinds:
            patch.setattr(kind, "start", _held(kind.start))
        return
    named = POINTS.get(at)

    async def watch(command: Command) -> Any:
        if named(command) if named else str(command) == at:
            await _come()
        return await command.run()

    stack.enter_context(at_the_database(watch))


def _held(begin: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(begin)
    async def start(*args: Any, **kwargs: Any) -> Any:
        await _come()
        return await begin(*args, **kwargs)

    return start


async def _come() -> None:
    runner = _running.get()
    if runner is not None:
        await runner.start.come(runner)
