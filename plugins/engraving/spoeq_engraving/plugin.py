"""Engraving: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spoeq_core.sdk import (
    Adjustment,
    Declined,
    Extension,
    Fragment,
    LineProperty,
    Manifest,
    Phase,
    PricingCart,
    Shop,
    hookimpl,
)
from spoeq_engraving import showing
from spoeq_engraving.demo import offer_engraving
from spoeq_engraving.model import LONGEST, NAME, SIGNS, Engravable, surcharges

manifest = Manifest(
    name=NAME,
    title="Engraving",
    description="Shoppers write a few words that are engraved on a product, at a price of its own.",
    slots=showing.SLOTS,
)


@hookimpl
def register_extensions() -> Sequence[Extension]:
    """A tick, a price, a length and a place at each product; columns of the product CSV too."""
    return [Extension("product", Engravable, columns=frozenset(Engravable.model_fields))]


@hookimpl
def register_line_properties() -> Sequence[LineProperty]:
    """The words, for products with the tick."""
    return [
        LineProperty(
            NAME,
            "Engraving",
            max_length=LONGEST,
            pattern=SIGNS,
            hint="Latin or Hindi letters, digits, spaces and . , & ' ! - ♥",
            flag="engraved",
            limit="most",
        )
    ]


@hookimpl
async def price_adjustments(cart: PricingCart, phase: Phase) -> Sequence[Adjustment | Declined] | None:
    """What the engravings cost."""
    return surcharges(cart) if phase is Phase.ITEM else None


@hookimpl
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The price, above the field."""
    return showing.offer(shop, page) if slot == showing.PRODUCT else None


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """What is to be engraved."""
    return await showing.to_engrave(shop, page) if slot == showing.ORDER else None


@hookimpl
async def demo_data(shop: Shop) -> bool | None:
    """A few products that can be engraved."""
    await offer_engraving(shop)
    return True
