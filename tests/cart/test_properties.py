"""What may be said about a line: how it is kept, what is refused, and which products take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from spoeq_core.cart.model import Cart, CartLine
from spoeq_core.cart.properties import checked, faults, tidied
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import LONGEST_PROPERTY, Extension, LineProperty
from spoeq_core.kernel.errors import ConfigurationError, Invalid
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.testing.shops import discovery_of
from tests.shopping import plugin

CARD = LineProperty("card", "Gift card", max_length=20, multiline=True)
INITIALS = LineProperty("initials", "Initials", max_length=3, pattern="[A-Z]+", hint="capitals only", required=True)
TAKEN = {"card": CARD, "initials": INITIALS}


@pytest.mark.parametrize(
    ("declared", "given", "kept"),
    [
        (CARD, "  Happy\r\nDiwali \r\n\r\n", "Happy\nDiwali"),
        (CARD, "Happy\rDiwali", "Happy\nDiwali"),
        (CARD, "\x00\x1b[31m", "[31m"),
        (CARD, "क्‍ष 👨‍👩‍👧", "क्‍ष 👨‍👩‍👧"),
        (INITIALS, " A\tB\nC ", "A B C"),
        (INITIALS, " \n ", ""),
    ],
)
def test_a_text_is_kept_alike_however_it_came(declared: LineProperty, given: str, kept: str):
    assert tidied(declared, given) == kept
    assert tidied(declared, kept) == kept


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"initials": "AB"}, []),
        ({"initials": "AB", "card": "x" * 20}, []),
        ({"initials": "AB", "card": "x" * 21}, [("properties.card", "too_long")]),
        ({"initials": "ab"}, [("properties.initials", "pattern")]),
        ({"initials": " "}, [("properties.initials", "missing")]),
        ({}, [("properties.initials", "missing")]),
        ({"initials": "AB", "colour": "red"}, [("properties.colour", "unknown_property")]),
        (
            {"initials": "ABCD", "card": "x" * 21},
            [("properties.card", "too_long"), ("properties.initials", "too_long")],
        ),
    ],
)
def test_what_is_wrong_is_said_at_each_field(given: dict[str, str], wrong: list[tuple[str, str]]):
    assert [(error.field, error.code) for error in faults(given, TAKEN)] == wrong


def test_what_is_right_is_kept_in_the_declared_order_without_empty_texts():
    kept = checked({"initials": "AB", "card": " Hi "}, TAKEN)
    assert list(kept.items()) == [("card", "Hi"), ("initials", "AB")]
    assert checked({"initials": "AB", "card": " "}, TAKEN) == {"initials": "AB"}
    with pytest.raises(Invalid):
        checked({"card": "Hi"}, TAKEN)


def test_a_line_that_loses_its_text_joins_the_one_that_never_had_it():
    plain, said = CartLine("a", "SKU", "p", 2), CartLine("b", "SKU", "p", 3, {"card": "Hi"})
    cart = Cart("c", "INR", lines=(plain, said))
    assert [(line.id, line.quantity) for line in cart.with_properties(said, {}).lines] == [("a", 5)]
    alone = replace(cart, lines=(said,)).with_properties(said, {})
    assert [(line.id, line.quantity, dict(line.properties)) for line in alone.lines] == [("b", 3, {})]


class Flags(BaseModel):
    engraved: bool = False
    words: str = ""


def declaring(*declared: LineProperty, name: str = "maker") -> ModuleType:
    def register_extensions() -> Sequence[Extension]:
        return [Extension("product", Flags)]

    def register_line_properties() -> Sequence[LineProperty]:
        return declared

    return plugin(name, register_extensions=register_extensions, register_line_properties=register_line_properties)


def load(*plugins: ModuleType, strict: bool = True) -> tuple[Hooks, Any]:
    return load_hooks(discovery_of(*plugins), lambda *_: None, strict=strict)


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (LineProperty("Gift Message", "x"), "lower-case"),
        (LineProperty("x", "x", max_length=0), "max_length"),
        (LineProperty("x", "x", max_length=LONGEST_PROPERTY + 1), "max_length"),
        (LineProperty("x", "x", pattern="["), "pattern"),
        (LineProperty("x", "x", flag="engravable"), "flag 'engravable'"),
        (LineProperty("x", "x", flag="words"), "flag 'words'"),
        (LineProperty("x", "x", limit="engraved"), "limit 'engraved' is no int field"),
    ],
)
def test_an_impossible_declaration_stops_its_plugin_at_boot(declared: LineProperty, words: str):
    with pytest.raises(ConfigurationError) as caught:
        load(declaring(declared))
    assert words in caught.value.message
    assert "'maker'" in caught.value.message
    load(declaring(LineProperty("x", "x", flag="engraved", pattern="[a-z]*", max_length=LONGEST_PROPERTY)))


def test_of_two_plugins_with_one_name_the_second_is_set_aside():
    both = declaring(CARD, name="alpha"), declaring(CARD, name="beta")
    with pytest.raises(ConfigurationError, match="both bring a line property named 'card'"):
        load(*both)
    _, discovery = load(*both, strict=False)
    assert [plugin.name for plugin in discovery.plugins] == ["alpha"]
