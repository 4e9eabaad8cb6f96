"""What a shopper can choose of a product, and where each choice leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from spoeq_core.catalog.model import Option, Product

FEW = 10
"""Up to so many values are shown as buttons, more as a list."""


def option_groups(product: Product, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The product's options with their values: chosen or not, in stock together with what else is chosen or not."""
    return [_group(product, option, chosen) for option in product.options]


def _group(product: Product, option: Option, chosen: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": option.name,
        "label": option.name,
        "kind": "radio" if len(option.values) <= FEW else "select",
        "values": [
            {
                "value": value,
                "label": value,
                "selected": chosen.get(option.name) == value,
                "available": _in_stock(product, {**chosen, option.name: value}),
                "url": _url(product, {**chosen, option.name: value}),
            }
            for value in option.values
        ],
    }


def _in_stock(product: Product, wanted: Mapping[str, str]) -> bool:
    return any(
        product.stock_state(variant.sku) != "out"
        for variant in product.variants
        if all(variant.options.get(name) == value for name, value in wanted.items())
    )


def _url(product: Product, chosen: Mapping[str, str]) -> str:
    return f"/product/{product.slug}?{urlencode({f'opt.{name}': value for name, value in chosen.items()})}"
