"""Line properties: what a shopper may say about a line, as the plugins declare it and products take it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from spoeq_core.catalog.model import Product
from spoeq_core.extensions.service import extensions_of
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import LineProperty
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

Taken = Mapping[str, LineProperty]
"""What a product takes, by name, in the order of the plugins."""
UNKNOWN = "unknown_property"


def taken_by(shop: Shop, products: Iterable[Product]) -> dict[str, Taken]:
    """What shoppers may say about a line of these products, by product id. Asks no plugin: they declared it at boot."""
    declared = [
        (part.plugin, item) for part in shop.hooks.parts(app_hooks.register_line_properties) for item in part.value
    ]
    usual = _defaults(shop, declared)
    return {
        product.id: {
            item.name: _limited(product, plugin, item, usual)
            for plugin, item in declared
            if not item.flag or _said(product, plugin, item.flag, usual)
        }
        for product in products
    }


def checked(given: Mapping[str, str], taken: Taken) -> dict[str, str]:
    """The properties, tidied and without empty ones, in the order in which they are declared.

    Raises:
        Invalid: one is not taken, missing, too long, or does not match its pattern; each under `properties.<name>`.
    """
    if errors := faults(given, taken):
        raise Invalid("The item cannot be made like this.", errors=errors)
    values = {name: tidied(item, given.get(name, "")) for name, item in taken.items()}
    return {name: value for name, value in values.items() if value}


def faults(given: Mapping[str, str], taken: Taken) -> list[FieldError]:
    """What is wrong with the properties of a line, each under `properties.<name>`."""
    unknown = [
        FieldError(f"properties.{name}", message("This item takes no “%(name)s”.", name=name), UNKNOWN)
        for name in given
        if name not in taken
    ]
    found = ((name, fault(item, tidied(item, given.get(name, "")))) for name, item in taken.items())
    return unknown + [FieldError(f"properties.{name}", *wrong) for name, wrong in found if wrong]


def tidied(declared: LineProperty, text: str) -> str:
    """The text as it is kept: without control characters; line breaks are spaces where one line is meant."""
    lines = [
        "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in line) for line in text.splitlines()
    ]
    if declared.multiline:
        return "\n".join(line.rstrip() for line in lines).strip()
    return " ".join(" ".join(lines).split())


def _defaults(shop: Shop, declared: Iterable[tuple[str, LineProperty]]) -> dict[tuple[str, str], Any]:
    """What flags and limits are for products that have no data of the plugin yet."""
    fields = {(plugin, name) for plugin, item in declared for name in (item.flag, item.limit) if name}
    if not fields:
        return {}
    models = {plugin: extension.model for plugin, extension in extensions_of(shop, "product").items()}
    return {(plugin, name): getattr(models[plugin](), name) for plugin, name in fields}


def _said(product: Product, plugin: str, name: str, usual: Mapping[tuple[str, str], Any]) -> Any:
    """What a product says in a field of the plugin's extension."""
    return product.ext.get(plugin, {}).get(name, usual[plugin, name])


def _limited(product: Product, plugin: str, item: LineProperty, usual: Mapping[tuple[str, str], Any]) -> LineProperty:
    """The property with the length that this product takes."""
    most = _said(product, plugin, item.limit, usual) if item.limit else 0
    return replace(item, max_length=most) if 0 < most < item.max_length else item


def fault(declared: LineProperty, value: str) -> tuple[str, str] | None:
    """What is wrong with a tidied text, and its code."""
    label = declared.label
    if not value:
        return (message("%(label)s: please fill this in.", label=label), "missing") if declared.required else None
    if len(value) > declared.max_length:
        return message("%(label)s: at most %(n)s characters.", label=label, n=declared.max_length), "too_long"
    if declared.pattern and not re.fullmatch(declared.pattern, value):
        hint = declared.hint or message("this is not in the right form.")
        return message("%(label)s: %(hint)s", label=label, hint=hint), "pattern"
    return None
