"""How a plugin may fail a question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from spoeq_core.hooks.spec import Policy
from spoeq_core.kernel.errors import SpoeqError, Unavailable

R = TypeVar("R")


class HookError(Unavailable):
    """A plugin failed at a question that may not be skipped."""

    code = "plugin_failed"

    def __init__(self, plugin: str, hook: str, cause: str) -> None:
        super().__init__(
            f"Plugin {plugin!r} failed in hook {hook!r}: {cause}.",
            hint=f"Staff: see Plugins > {plugin} in the admin, mend its settings or disable it.",
        )
        self.plugin = plugin
        self.hook = hook


class Late(Exception):
    """A plugin did not answer in time."""


class Refused(Exception):
    """A plugin refused the shopper: what it raised is its answer."""

    def __init__(self, error: SpoeqError) -> None:
        super().__init__(str(error))
        self.error = error


async def in_time(rule: Policy, ask: Callable[[], Awaitable[R]], *, patience: float = 0.0) -> R:
    """What is answered within the policy's time, or within that patience (seconds) if it is longer.

    Raises:
        Refused: the plugin refused the shopper, which is an answer.
        Exception: it failed.
    """
    seconds = max(rule.timeout, patience)
    try:
        async with asyncio.timeout(seconds) as deadline:
            return await ask()
    except TimeoutError as error:
        if deadline.expired():
            raise Late(f"no answer within {seconds:g} s") from error
        raise
    except SpoeqError as error:
        if rule.on_error == "raise" and rule.may_refuse and not isinstance(error, Unavailable):
            raise Refused(error) from None
        raise


async def together(questions: list[Awaitable[object]]) -> list[object]:
    """The answers to several questions asked at the same time; the first that fails ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(cast("Any", question)) for question in questions]
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
        raise first from first.__cause__
    return [task.result() for task in tasks]
