"""Carts for the laws of pricing, made by hypothesis of goods that the shop has: small, odd, and of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from spoeq_core.pricing.model import Buyer, Charge, Destination, PricingCart, PricingLine

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
MOST_LINES = 4
BUYERS = (
    Buyer(),
    Buyer(email="asha@example.in", phone="+919845012345", is_new=False),
    Buyer("kit", "ravi@example.in", segments=frozenset({"kit.segment"})),
)


def carts(goods: Sequence[PricingLine], codes: Sequence[str]) -> Any:
    """A hypothesis strategy of carts of these goods, with codes among these and others that nobody knows."""
    from hypothesis import strategies as st

    @st.composite
    def cart(draw: Any) -> PricingCart:
        chosen = draw(st.lists(st.sampled_from(list(goods)), max_size=MOST_LINES))
        lines = tuple(_line(one, place, draw(st.integers(1, 9)), draw(_price())) for place, one in enumerate(chosen))
        return PricingCart(
            currency="INR",
            lines=lines,
            at=NOON,
            codes=tuple(draw(st.lists(st.sampled_from([*codes, "NOBODY-KNOWS"]), unique=True, max_size=2))),
            buyer=draw(st.sampled_from(BUYERS)),
            destination=draw(st.sampled_from([None, Destination("IN", "KA", "560001", "Bengaluru")])),
            shipping=draw(st.sampled_from([None, Charge("standard", "Standard", 4900, "kit_delivery")])),
            prices_include_tax=draw(st.booleans()),
        )

    def _price() -> Any:
        return st.sampled_from([0, 1, 99, 45050, 129900, 10**7])

    return cart()


def _line(goods: PricingLine, place: int, quantity: int, price: int) -> PricingLine:
    return PricingLine(
        id=f"line{place}",
        sku=goods.sku,
        product_id=goods.product_id,
        name=goods.name,
        quantity=quantity,
        unit_price=price,
        list_price=price,
        category_ids=goods.category_ids,
        weight_g=goods.weight_g,
        hsn=goods.hsn,
        properties={},
        ext=goods.ext,
    )
