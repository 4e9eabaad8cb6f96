"""What plugins print in the slots of pages: each isolated, a list's slot asked once."""

from __future__ import annotations

import asyncio
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
from spoeq_core.web import slots
from spoeq_core.web.slots import SlotDrawer

TEMPLATES = {
    "labels/word.html": "{{ word }} on {{ page_says }}",
    "labels/row.html": "{{ row.name }}: {{ word }}",
    "labels/broken.html": "{{ nowhere.to.be.found }}",
    "labels/blank.html": "  \n ",
    "labels/hanging.html": "{{ never() }}",
}


async def never() -> str:
    """A value that does not come."""
    await asyncio.Event().wait()
    return ""


class Labels(ModuleType):
    """A plugin that answers what it was told to, and counts the questions."""

    manifest = Manifest("labels", "Labels", "Prints what a test gave it.")

    def __init__(self) -> None:
        super().__init__("labels")
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.answers: list[Any] = []

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
    environment = Environment(loader=DictLoader(TEMPLATES), autoescape=True)
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


@pytest.fixture
def faults(drawer: SlotDrawer, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What is noted of plugins that fail."""
    noted: list[tuple[str, str, str]] = []
    monkeypatch.setattr(drawer._shop.hooks, "on_fault", lambda *fault: noted.append(fault))
    return noted


async def test_a_fragment_that_hangs_leaves_the_others_and_is_a_fault(
    drawer: SlotDrawer,
    labels: Labels,
    faults: list[tuple[str, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(slots, "LONGEST_DRAWING", 0)
    monkeypatch.setattr(drawer._shop.hooks, "patience", 0)
    monkeypatch.setitem(TEMPLATES, "labels/still.html", "still here")
    labels.answers = [Fragment("labels/hanging.html", {"never": never}), Fragment("labels/still.html")]
    with caplog.at_level(logging.CRITICAL, "spoeq_core"):
        assert await drawer.slot("header.actions") == "still here"
    assert [(plugin, where) for plugin, where, _ in faults] == [("labels", "fragment header.actions")]
    assert "TimeoutError" in faults[0][2]


async def test_what_is_no_fragment_leaves_the_others_and_is_a_fault(
    drawer: SlotDrawer, labels: Labels, faults: list[tuple[str, str, str]]
):
    labels.answers = ["<b>raw</b>", Fragment("labels/word.html", {"word": "fine"})]
    assert await drawer.slot("header.actions") == "fine on this page"
    assert faults == [("labels", "page_fragments", "answered str where fragments are expected")]


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
