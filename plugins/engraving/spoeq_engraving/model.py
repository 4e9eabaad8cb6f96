"""Which products can be engraved, with what, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from spoeq_core.sdk import MAX_AMOUNT, Adjustment, OnLines, PricingCart, Surcharge

NAME = "engraving"
LONGEST = 60
USUAL = 20
SIGNS = r"[A-Za-z0-9ऀ-ॿ .,&'!♥\-]+"
"""What the machine has: Latin letters, digits, Devanagari and a few signs."""


class Engravable(BaseModel):
    """What staff say of a product."""

    engraved: bool = Field(
        False, title="Can be engraved", description="Shoppers may write words that are engraved on it."
    )
    price: int = Field(
        0,
        ge=0,
        le=MAX_AMOUNT,
        title="Price of an engraving, for each piece",
        description="0: it is free. Beside the price of the product, with tax as that has it.",
        json_schema_extra={"widget": "money"},
    )
    most: int = Field(USUAL, ge=1, le=LONGEST, title="Most characters of an engraving")
    where: str = Field(
        "", max_length=60, title="Where it is engraved", description="As in “on the back”. Shoppers read it."
    )


def surcharges(cart: PricingCart) -> Sequence[Adjustment]:
    """What the engravings of a cart cost, those of one price together."""
    by_price: dict[int, list[str]] = {}
    for line in cart.lines:
        said = engravable(line.ext)
        if line.properties.get(NAME) and said.engraved and said.price:
            by_price.setdefault(said.price, []).append(line.id)
    return [
        Adjustment(f"{NAME}-{price}", "Engraving", OnLines(tuple(ids)), Surcharge(price), lane="surcharge")
        for price, ids in by_price.items()
    ]


def engravable(ext: Mapping[str, Any]) -> Engravable:
    """What is said of a product, from the extension data of all plugins; what is odd counts as not said."""
    kept = ext.get(NAME, {})
    known = {name: kept[name] for name in Engravable.model_fields if name in kept}
    return Engravable.model_construct(**{**Engravable().model_dump(), **known})
