"""A template is drawn like a plain function, and what it calls may wait."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest
from jinja2 import DictLoader, Environment

from spoeq_core.web.drawing import draw

WHO: ContextVar[str] = ContextVar("who", default="nobody")
TEMPLATES = Environment(
    autoescape=True,
    loader=DictLoader(
        {
            "twice": "{{ slot('a') }}, {{ slot('b') }}",
            "macro": "{% macro one(it) %}<{{ slot(it) }}>{% endmacro %}{% for it in 'abc' %}{{ one(it) }}{% endfor %}",
            "outer": "({{ inner('a') }})",
        }
    ),
)


async def slow(name: str) -> str:
    await asyncio.sleep(0)
    return name.upper()


async def test_what_waits_is_called_like_a_plain_function():
    assert await draw(TEMPLATES.get_template("twice"), {"slot": slow}) == "A, B"
    assert await draw(TEMPLATES.get_template("macro"), {"slot": slow}) == "<A><B><C>"


async def test_one_drawing_may_draw_another():
    async def inner(name: str) -> str:
        return await draw(TEMPLATES.get_template("twice"), {"slot": slow}) + name

    assert await draw(TEMPLATES.get_template("outer"), {"inner": inner}) == "(A, Ba)"


async def test_others_go_on_while_one_waits_and_each_keeps_its_own_context():
    gate = asyncio.Event()

    async def told(name: str) -> str:
        if name == "a":
            await gate.wait()
        return f"{WHO.get()}{name}"

    async def page(who: str) -> str:
        WHO.set(who)
        return await draw(TEMPLATES.get_template("twice"), {"slot": told})

    first, second = asyncio.create_task(page("x")), asyncio.create_task(page("y"))
    await asyncio.sleep(0.01)
    assert not first.done()
    gate.set()
    assert await asyncio.gather(first, second) == ["xa, xb", "ya, yb"]
    assert WHO.get() == "nobody"


async def test_an_error_is_raised_where_the_template_called():
    async def broken(_name: str) -> str:
        await asyncio.sleep(0)
        raise KeyError("torn")

    with pytest.raises(KeyError, match="torn"):
        await draw(TEMPLATES.get_template("twice"), {"slot": broken})


async def test_a_drawing_that_is_cancelled_ends():
    began = asyncio.Event()

    async def hangs(_name: str) -> str:
        began.set()
        await asyncio.Event().wait()
        return ""

    drawing = asyncio.create_task(draw(TEMPLATES.get_template("twice"), {"slot": hangs}))
    await began.wait()
    drawing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drawing


async def test_nothing_waits_outside_a_drawing():
    kept = {}

    def keep(function: object) -> str:
        kept["slot"] = function
        return ""

    await draw(TEMPLATES.from_string("{{ keep(slot) }}"), {"slot": slow, "keep": keep})
    with pytest.raises(RuntimeError, match="nothing is being drawn"):
        kept["slot"]("a")
