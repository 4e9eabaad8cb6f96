"""What plugins print in the slots of pages: each isolated, a list's slot asked once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import Fragment, Manifest
from spoeq_core.testing.shops import shop_with
from spoeq_core.web.slots import SlotDrawer

TEMPLATES = {
    "labels/word.html": "{{ word }} on {{ page_says }}",
    "labels/row.html": "{{ row.name }}: {{ word }}",
    "labels/broken.html": "{{ nowhere.to.be.found }}",
    "labels/blank.html": "  \n ",
}


class Labels(ModuleType):
    """A plugin that answers what it was told to, and counts the questions."""

    manifest = Manifest("labels", "Labels", "Prints what a test gave it.")

    def __init__(self) -> None:
        super().__init__("labels")
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.answers: list[Fragment] = []

        @hookimpl
        async def page_fragments(slot: str, page: Mapping[str, Any]) -> list[Fragment]:
            self.asked.append((slot, page))
            return self.answers

        self.page_fragments = page_fragments


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
async def drawer(labels: Labels, servers: tuple[str, str], tmp_path: Any) -> AsyncIterator[SlotDrawer]:
    environment = Environment(loader=DictLoader(TEMPLATES), enable_async=True, autoescape=True)
    async with shop_with(labels, servers=servers, data_dir=tmp_path) as shop:
        yield SlotDrawer(shop, environment, "storefront", {"page_says": "this page"})


async def test_fragments_stand_in_order_of_their_weight(drawer: SlotDrawer, labels: Labels):
    labels.answers = [Fragment("labels/word.html", {"word": word}, weight) for word, weight in [("late", 90), ("a", 1)]]
    assert await drawer.slot("header.actions") == Markup("a on this page\nlate on this page")


async def test_a_fragment_that_raises_leaves_the_others_and_is_noted(
    drawer: SlotDrawer, labels: Labels, caplog: pytest.LogCaptureFixture
):
    labels.answers = [
        Fragment("labels/broken.html"),
        Fragment("labels/missing.html"),
        Fragment("labels/blank.html"),
        Fragment("labels/word.html", {"word": "<b>"}),
    ]
    with caplog.at_level(logging.CRITICAL, "spoeq_core"):
        assert await drawer.slot("header.actions") == "&lt;b&gt; on this page"


async def test_the_slot_of_a_list_is_asked_once(drawer: SlotDrawer, labels: Labels):
    rows = [{"id": "1", "name": "Saree"}, {"id": "2", "name": "Kurta"}]
    labels.answers = [
        Fragment("labels/row.html", {"word": "new"}, item="2"),
        Fragment("labels/row.html", {"word": "of another list"}, item="3"),
        Fragment("labels/row.html", {"word": "of no row"}),
    ]
    drawn = await drawer.slots("card.badges", rows)
    assert labels.asked == [("card.badges", {"rows": rows})]
    assert (drawn["1"], drawn["2"]) == ("", "Kurta: new")


async def test_an_empty_list_asks_nobody(drawer: SlotDrawer, labels: Labels):
    assert await drawer.slots("card.badges", []) == {}
    assert labels.asked == []
