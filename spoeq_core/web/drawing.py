"""Templates are drawn without async, in which each call of a macro costs several times as much.

What has to wait (a slot asks plugins) steps out of the drawing, which goes on where it was when the answer is there: a
template is drawn in a greenlet of its own, and its parent is the task that draws it.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import FunctionType, MethodType
from typing import Any

from greenlet import getcurrent, greenlet
from jinja2 import Template


class _Drawing(greenlet):  # type: ignore[misc]  # it ships no annotations
    """A template that is being drawn."""


async def draw(template: Template, values: Mapping[str, Any]) -> str:
    """The template with these values; it may call async functions among them as if they were plain ones."""
    known = {name: _waiting(value) if _waits(value) else value for name, value in values.items()}
    here = getcurrent()
    drawing = _Drawing(partial(template.render, known), here)
    drawing.gr_context = here.gr_context
    answer = drawing.switch()
    while not drawing.dead:
        try:
            value = await answer
        except BaseException:
            answer = drawing.throw(*sys.exc_info())
        else:
            answer = drawing.switch(value)
    return str(answer)


def _waits(value: object) -> bool:
    return isinstance(value, FunctionType | MethodType) and bool(value.__code__.co_flags & inspect.CO_COROUTINE)


def _waiting(function: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """The function as a template calls it."""

    def call(*args: Any, **kwargs: Any) -> Any:
        drawing = getcurrent()
        if not isinstance(drawing, _Drawing) or drawing.parent is None:
            raise RuntimeError(f"{function!r} waits, and nothing is being drawn that could.")
        return drawing.parent.switch(function(*args, **kwargs))

    return call
