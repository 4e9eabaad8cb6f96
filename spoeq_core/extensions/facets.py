"""Fields that plugins add to products and that shoppers narrow lists by: which there are, and their values as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from spoeq_core.extensions.declarations import choices_of
from spoeq_core.extensions.service import extensions_of
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

YES, NO = "yes", "no"
LONGEST_NUMBER = 18
"""Digits of a whole number that the database surely holds."""


@dataclass(frozen=True, slots=True)
class ExtensionFacet:
    """A field of an enabled plugin's; `name` is the attribute that stands for it in queries, as in `f.<name>`."""

    plugin: str
    field: str
    info: FieldInfo

    @property
    def name(self) -> str:
        """What lists call it."""
        return f"{self.plugin}.{self.field}"

    @property
    def path(self) -> str:
        """Where a product's document has it."""
        return f"ext.{self.name}"

    @property
    def label(self) -> str:
        """What people call it, in English."""
        return self.info.title or self.field.replace("_", " ").capitalize()

    def pairs(self, ext: Mapping[str, Any]) -> list[str]:
        """What a product can be filtered by, as "name=value", of its extension data; nothing where it is empty."""
        value = ext.get(self.plugin, {}).get(self.field)
        values = value if isinstance(value, list) else [value]
        return [f"{self.name}={_text(item)}" for item in values if item is not None and item != ""]

    def stored(self, texts: Iterable[str]) -> list[Any]:
        """What documents may hold for these texts of a query."""
        return [value for text in texts for value in _values(text)]

    def words(self, text: str) -> str:
        """What people read for a value, in English."""
        if text in {YES, NO} and bool in choices_of(self.info.annotation):
            return message("Yes") if text == YES else message("No")
        named = text in {str(choice) for choice in choices_of(self.info.annotation)}
        return text.replace("_", " ").capitalize() if named else text


def facets_of(shop: Shop) -> tuple[ExtensionFacet, ...]:
    """The facets that enabled plugins declare, in the order of the plugins and of their fields."""
    return tuple(
        ExtensionFacet(plugin, name, info)
        for plugin, extension in extensions_of(shop, "product").items()
        for name, info in extension.model.model_fields.items()
        if name in extension.facets
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return str(value)


def _values(text: str) -> list[Any]:
    found: list[Any] = [text]
    if text in {YES, NO}:
        found.append(text == YES)
    if text.removeprefix("-").isdecimal() and len(text) <= LONGEST_NUMBER:
        found.append(int(text))
    return found
