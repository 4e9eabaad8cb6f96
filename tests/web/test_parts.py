"""Parts of pages: drawn once for the same values, from nothing but what they are handed, and never mixed up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateRuntimeError, UndefinedError
from markupsafe import Markup

from spoeq_core.catalog import service as catalog
from spoeq_core.kernel.cache import TagCache
from spoeq_core.kernel.languages import Tongue, speaking
from spoeq_core.kernel.messages import message
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.web.parts import PartDrawer
from tests.shopping import SKU, hearing, stock_up

PAGE = {"shop": {"name": "Anand"}, "theme": {"settings": {"brand": True}}, "visitor": {"name": "Asha"}}
CARD = "macros/cards.html#card"
FILES = {
    "macros/cards.html": "{% macro card(name, big=false) %}{{ drawn('card') }}<b>{{ name }}</b>{{ ' big' if big }}"
    " at {{ shop.name }}{% endmacro %}{% macro greeting() %}{{ visitor.name }}{% endmacro %}",
    "partials/hours.html": "{{ drawn('hours') }}{{ day }}{{ part('macros/cards.html#card', day) }}",
    "partials/greeting.html": "Hello {{ visitor.name }}",
}


class Stage:
    """A page's parts, and how often each was drawn."""

    def __init__(self, level: Any = "data") -> None:
        self.drawn: Counter[str] = Counter()
        self.cache = TagCache("redis://127.0.0.1:1/0", "parts", level=level)
        self.files = dict(FILES)
        self.environment = Environment(autoescape=True, undefined=StrictUndefined, loader=DictLoader(self.files))
        self.environment.globals["drawn"] = self._note

    def part(self, name: str, *args: Any, **values: Any) -> Markup:
        """As one more page draws it."""
        return PartDrawer(self.cache, "neel", self.environment, PAGE).part(name, *args, **values)

    def _note(self, what: str) -> str:
        self.drawn[what] += 1
        return ""


def test_the_same_values_are_drawn_once():
    stage = Stage()
    for _page in range(3):
        assert stage.part(CARD, "<i>", big=True) == "<b>&lt;i&gt;</b> big at Anand"
        assert stage.part("partials/hours.html", day="Mon") == "Mon<b>Mon</b> at Anand"
    assert stage.drawn == {"card": 2, "hours": 1}


@pytest.mark.parametrize("other", [("Kurta", True), ("kurta", False), (1, False), (True, False), ([], False)])
def test_other_values_are_another_part(other: tuple[Any, bool]):
    stage = Stage()
    first = stage.part(CARD, "Kurta", False)
    assert stage.part(CARD, *other) != first
    assert stage.drawn["card"] == 2


def test_text_is_never_taken_for_the_markup_of_the_same_characters():
    stage = Stage()
    assert "<b><i></b>" in stage.part(CARD, Markup("<i>"))
    assert "<b>&lt;i&gt;</b>" in stage.part(CARD, "<i>")


def test_a_part_does_not_know_who_looks_at_the_page():
    stage = Stage()
    for name in ("partials/greeting.html", "macros/cards.html#greeting"):
        with pytest.raises(UndefinedError, match="'visitor' is undefined"):
            stage.part(name)


def test_languages_and_themes_have_parts_of_their_own():
    stage = Stage()
    stage.part(CARD, "Kurta")
    with speaking(Tongue("hi", "hi_IN")):
        stage.part(CARD, "Kurta")
    PartDrawer(stage.cache, "monsoon", stage.environment, PAGE).part(CARD, "Kurta")
    assert stage.drawn["card"] == 3


def test_other_settings_or_plugins_draw_anew():
    stage = Stage()
    stage.part(CARD, "Kurta")
    stage.cache.begin_edition("settings", "2")
    stage.part(CARD, "Kurta")
    assert stage.drawn["card"] == 2


def test_sentences_with_values_are_kept_by_both():
    stage = Stage()
    for text in (message("Up to %(n)s", n=1), message("Up to %(n)s", n=1), message("Up to %(n)s", n=2), "Up to 1"):
        assert f"<b>{text}</b>" in stage.part(CARD, text)
    assert stage.drawn["card"] == 3


def test_what_cannot_be_told_apart_is_drawn_each_time():
    stage = Stage()
    for value in (object(), datetime(2026, 1, 1, tzinfo=UTC), {1: "one"}, {"at": {2, 3}}):
        stage.drawn.clear()
        stage.part(CARD, value)
        stage.part(CARD, value)
        assert stage.drawn["card"] == 2, value


def test_nothing_is_kept_where_nothing_shall_be_nor_of_a_preview():
    stage = Stage(level="off")
    tried = Stage()
    shown = {**PAGE, "theme": {"settings": {}, "preview": True}}
    for _page in range(2):
        stage.part(CARD, "Kurta")
        PartDrawer(tried.cache, "neel", tried.environment, shown).part(CARD, "Kurta")
    assert stage.drawn["card"] == tried.drawn["card"] == 2


def test_a_part_that_fails_is_named_and_not_kept():
    stage = Stage()
    with pytest.raises(TemplateRuntimeError, match=r"macros/cards\.html defines no macro 'crad'"):
        stage.part("macros/cards.html#crad", "Kurta")
    with pytest.raises(UndefinedError):
        stage.part("partials/hours.html")
    assert len(stage.cache.shelves["parts"]) == 0


async def test_a_list_draws_only_the_cards_that_changed(servers: tuple[str, str], tmp_path: Path):
    async with app_with(servers=servers, data_dir=tmp_path, cache="data") as running:
        product = (await stock_up(running.shop))[SKU]
        first = await listed(running)
        before = running.shop.cache.counts.copy()
        assert await listed(running) == first
        assert running.shop.cache.counts["parts", "miss"] == before["parts", "miss"]
        assert running.shop.cache.counts["parts", "hit"] > before["parts", "hit"]
        await catalog.update_product(running.shop, product.id, {"name": "Sea shirt"})
        assert "Sea shirt" in await listed(running)


async def listed(running: RunningApp) -> str:
    """The list of all products, when this process hears of changes."""
    await hearing(running.shop)
    return await (await running.client.get("/products")).get_data(as_text=True)
