"""Sentences for people: English in the code, translated where a page or a mail shows them.

A message is English text; where values stand in it, a `Message` keeps the text with its placeholders, by which the
catalogues know it. Whatever is not for people (the API, logs, stored orders) sees plain English.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Message(str):
    """English text with values in it, which can still be translated."""

    __slots__ = ("msgid", "plural", "values")

    msgid: str
    plural: tuple[str, int] | None
    values: Mapping[str, object]

    def __new__(cls, msgid: str, plural: tuple[str, int] | None, values: Mapping[str, object]) -> Message:
        """The text in English; `plural` is its form for several, and how many there are."""
        template = plural[0] if plural and plural[1] != 1 else msgid
        made = super().__new__(cls, template % values if values else template)
        made.msgid, made.plural, made.values = msgid, plural, values
        return made

    def __reduce__(self) -> tuple[type[Message], tuple[str, tuple[str, int] | None, Mapping[str, object]]]:
        """How it is copied."""
        return type(self), (self.msgid, self.plural, self.values)


def message(msgid: str, **values: object) -> Message:
    """A sentence with values: `message("At most %(most)s codes.", most=5)`."""
    return Message(msgid, None, values)


def counted(singular: str, plural: str, n: int, **values: object) -> Message:
    """A sentence about some number of things, which both of its forms call `%(n)s`."""
    return Message(singular, (plural, n), {"n": n, **values})


def sentences(parts: Iterable[str]) -> Message:
    """Some sentences after one another, each translated by itself."""
    values = {f"part_{number}": part for number, part in enumerate(parts)}
    return Message(" ".join(f"%({name})s" for name in values), None, values)


def kept(text: str) -> Any:
    """A sentence as JSON and the database keep it; `restored` reads it back."""
    if not isinstance(text, Message):
        return text
    values = {name: kept(value) if isinstance(value, str) else value for name, value in text.values.items()}
    return {"msgid": text.msgid, "plural": list(text.plural or ()), "values": values}


def restored(stored: Any) -> str:
    """The sentence that `kept` wrote."""
    if not isinstance(stored, Mapping):
        return str(stored)
    singular_only = not stored["plural"]
    values = {
        name: restored(value) if isinstance(value, Mapping) else value for name, value in stored["values"].items()
    }
    return Message(stored["msgid"], None if singular_only else (stored["plural"][0], stored["plural"][1]), values)
