"""What plugins' checkout fields take, and how it is shown: one way for the pages and the API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from spoeq_core.cart.properties import fault, tidied
from spoeq_core.checkout.model import Problem
from spoeq_core.hooks import checkout as questions
from spoeq_core.hooks.contributions import LineProperty
from spoeq_core.hooks.questions import CheckoutField
from spoeq_core.kernel.messages import message
from spoeq_core.orders.model import FieldWords
from spoeq_core.shop import Shop

FLAG = "1"
YES = message("Yes")


def declared(shop: Shop) -> dict[str, CheckoutField]:
    """The fields of the enabled plugins by name, in their order; asks no plugin: they declared them at boot."""
    return {item.name: item for part in shop.hooks.parts(questions.register_checkout_fields) for item in part.value}


def taken(shop: Shop, given: Mapping[str, str]) -> dict[str, str]:
    """What was answered as it is priced and kept: tidied, without what is empty or wrong."""
    values = {name: tidied(_as_text(item), given.get(name, "")) for name, item in declared(shop).items()}
    return {name: text for name, text in values.items() if text and not _wrong(declared(shop)[name], text)}


def field_problems(shop: Shop, given: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the answers, each under `fields.<name>`."""
    known = declared(shop)
    for name, text in given.items():
        if name not in known and text:
            yield Problem("unknown_field", message("Nothing here asks for “%(name)s”.", name=name), f"fields.{name}")
    for name, item in known.items():
        if wrong := _wrong(item, tidied(_as_text(item), given.get(name, ""))):
            yield Problem(wrong[1], wrong[0], f"fields.{name}")


def words_of(shop: Shop, fields: Mapping[str, str]) -> dict[str, FieldWords]:
    """How the answers are shown, in English, for as long as the order is kept."""
    known = declared(shop)
    return {name: FieldWords(str(known[name].label), *_text(known[name], value)) for name, value in fields.items()}


def _text(item: CheckoutField, value: str) -> tuple[str, bool]:
    """The answer in words, and whether the shopper typed them."""
    if item.kind == "flag":
        return str(YES), False
    return (str(dict(item.choices)[value]), False) if item.kind == "choice" else (value, True)


def _wrong(item: CheckoutField, text: str) -> tuple[str, str] | None:
    if item.kind != "text" and text and text not in _values(item):
        return message("%(label)s: choose one of what is offered.", label=item.label), "enum"
    return fault(_as_text(item), text)


def _values(item: CheckoutField) -> set[str]:
    return {FLAG} if item.kind == "flag" else {value for value, _ in item.choices}


def _as_text(item: CheckoutField) -> LineProperty:
    """A field is checked as a text of a line is."""
    return LineProperty(item.name, item.label, item.max_length, item.pattern, item.hint, item.required, item.multiline)
