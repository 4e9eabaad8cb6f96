"""A hook or an event ships only with somebody who uses it and a test that names it; exceptions say why."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache

import pytest

from spoeq_core.boot import subscribers
from spoeq_core.kernel.events import Event
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import build_hooks
from spoeq_core.rooms import SUBSCRIBERS
from spoeq_core.testing.check.contract import specs
from tests.contracts.repository import ROOT, addons

UNUSED_HOOKS = {
    "checkout_problems": "for plugins that refuse a cart: who buys, where to, what",
    "claim_benefits": "for points and gift cards: they are taken with the order",
    "release_benefits": "gives back what claim_benefits took",
}
"""Hooks that no first-party plugin answers yet, and why they are there."""
UNHEARD_EVENTS = {
    "CustomerRegistered": "for plugins that greet people or keep lists of them",
    "OrderPaid": "for plugins that keep books; the core goes by OrderConfirmed",
    "ReturnRequested": "for plugins that send somebody to fetch a parcel",
    "StockLow": "for plugins that order goods again",
}
"""Events that nobody here is told of, and whom they are for."""


@cache
def hooks():
    found = build_hooks(discover(strict=True).plugins, lambda *_: None)
    found.enabled = frozenset(name for name, _ in found.manager.list_name_plugin())
    return found


@cache
def third_party() -> str:
    """The plugins of the examples, which are not installed here."""
    return "\n".join(path.read_text("utf-8") for path in (ROOT / "examples").glob("*/spoeq_*/plugin.py"))


@cache
def said_by_tests() -> str:
    """What all tests say, but for this file."""
    folders = [ROOT / "tests", ROOT / "examples", *(addon.folder / "tests" for addon in addons())]
    paths = [path for folder in folders for path in folder.rglob("*.py") if path.name != "test_uses.py"]
    return "\n".join(path.read_text("utf-8") for path in paths)


def events(kind: type[Event] = Event) -> Iterator[type[Event]]:
    for sub in kind.__subclasses__():
        # A dataclass with slots leaves the class behind that it was made of.
        if sub.__module__.startswith("spoeq_") and getattr(sys.modules[sub.__module__], sub.__name__) is sub:
            yield sub
        yield from events(sub)


def is_named(name: str) -> bool:
    return re.search(rf"\b{name}\b", said_by_tests()) is not None


EVENTS = sorted(events(), key=lambda event: event.__name__)


@pytest.mark.parametrize("name", sorted(specs()))
def test_each_hook_is_used_by_a_first_party_plugin(name: str):
    users = [plugin for plugin, _ in hooks().manager.list_name_plugin() if name in hooks().hooks_of(plugin)]
    users += [name] if re.search(rf"def {name}\b", third_party()) else []
    assert bool(users) is (name not in UNUSED_HOOKS), UNUSED_HOOKS.get(name, "no plugin answers it")


@pytest.mark.parametrize("name", sorted(specs()))
def test_each_hook_is_named_by_a_test(name: str):
    assert is_named(name)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_each_event_has_somebody_who_is_told(event: type[Event]):
    heard = {each.event for each in (*SUBSCRIBERS, *subscribers(hooks()))}
    told = any(issubclass(event, each) for each in heard)
    assert told is (event.__name__ not in UNHEARD_EVENTS), UNHEARD_EVENTS.get(event.__name__, "nobody is told of it")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_each_event_is_named_by_a_test(event: type[Event]):
    assert is_named(event.__name__)
