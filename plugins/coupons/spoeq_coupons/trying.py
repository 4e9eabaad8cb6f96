"""“Try it on this cart”: what goods would cost with a coupon as it stands in the form; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spoeq_core.sdk import (
    Buyer,
    Charge,
    Faults,
    Form,
    Invalid,
    Item,
    PricedCart,
    PriceRequest,
    Shop,
    SpoeqError,
    message,
    money,
    parse_amount,
    price_if,
    pricing_cart,
    sellable,
    trace_of,
    translate,
)
from spoeq_coupons.model import Coupon, fold
from spoeq_coupons.service import MOST_CODES, facts_of, facts_with

PLUGIN = "coupons"
MOST_LINES = 50
MOST_PIECES = 10_000
NOBODY = "try"
"""The id of a customer who does not exist: with an account, and without orders."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was typed into the panel: pieces by SKU, codes, delivery in minor units, the way to pay, who buys."""

    pieces: Mapping[str, int]
    codes: tuple[str, ...]
    shipping: int
    payment: str
    buyer: Buyer


async def tried(shop: Shop, form: Form, coupon: Coupon | None) -> dict[str, Any]:
    """What the goods of the panel cost, step by step.

    Args:
        shop: The shop.
        form: With the fields of the panel, `try_*`.
        coupon: What is tried in the place of what is stored; None tries what is stored.

    Raises:
        Invalid: something that was typed is refused.
    """
    trial = _trial(form, shop.profile.currency)
    found = await sellable(shop, list(trial.pieces))
    unknown = next((sku for sku in trial.pieces if sku not in found), None)
    if unknown is not None:
        raise Invalid.field("try_skus", message("There is no SKU %(sku)s.", sku=unknown[:80]), "unknown")
    items = [Item(sku, found[sku].product, found[sku].variant, n) for sku, n in trial.pieces.items()]
    needs_code = coupon is not None and not coupon.automatic and coupon.id not in map(fold, trial.codes)
    codes = (*trial.codes, coupon.code) if coupon is not None and needs_code else trial.codes
    request = PriceRequest(
        tuple(items),
        codes[-MOST_CODES:],
        trial.buyer,
        shipping=Charge("try", message("Delivery"), trial.shipping, PLUGIN) if trial.shipping else None,
        payment_method=trial.payment or None,
    )
    cart = pricing_cart(shop, request)
    facts = await (facts_with(shop, cart, coupon) if coupon is not None else facts_of(shop, cart))
    return _shown(await price_if(shop, request, {PLUGIN: {"found": facts}}))


def _trial(form: Form, currency: str) -> Trial:
    faults = Faults()
    nothing: dict[str, int] = {}
    segments = frozenset(form.names("try_segments"))
    customer = NOBODY if form.flag("try_signed_in") or segments else None
    trial = Trial(
        faults.of(lambda: _pieces(form.text("try_skus")), nothing),
        tuple(form.names("try_codes")),
        faults.of(lambda: _delivery(form.text("try_shipping"), currency), 0),
        form.text("try_payment"),
        Buyer(customer, segments=segments, is_new=not form.flag("try_ordered")),
    )
    faults.raise_if_any()
    return trial


def _pieces(text: str) -> dict[str, int]:
    """Pieces by SKU, of lines like `KUR-IND-M 2`."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        sku, _, count = line.strip().partition(" ")
        if not sku:
            continue
        pieces = count.replace("×", "").replace("x", "").strip() or "1"
        if not (pieces.isascii() and pieces.isdigit() and 1 <= int(pieces[:9]) <= MOST_PIECES):
            told = message("“%(line)s”: write a SKU and how many, as in KUR-IND-M 2.", line=line[:80])
            raise Invalid.field("try_skus", told, "pieces")
        found[sku] = found.get(sku, 0) + int(pieces)
    if not found:
        raise Invalid.field("try_skus", "Enter at least one SKU.", "missing")
    if len(found) > MOST_LINES:
        raise Invalid.field("try_skus", message("At most %(n)s.", n=MOST_LINES), "too_long")
    return found


def _delivery(text: str, currency: str) -> int:
    try:
        amount = parse_amount(text, currency) if text else 0
    except SpoeqError as error:
        raise Invalid.field("try_shipping", error.message, "amount") from None
    if amount < 0:
        raise Invalid.field("try_shipping", "The amount must be above zero.", "out_of_range")
    return amount


def _shown(priced: PricedCart) -> dict[str, Any]:
    currency, totals = priced.cart.currency, priced.totals
    return {
        "lines": [
            {
                "name": line.line.name,
                "sku": line.line.sku,
                "quantity": line.line.quantity,
                "subtotal": money(line.subtotal, currency),
                "discounts": [
                    {"label": translate(given.label), "amount": money(given.amount, currency)}
                    for given in line.discounts
                ],
                "total": money(line.total, currency),
            }
            for line in priced.lines
        ],
        "discounts": money(totals.discounts, currency),
        "shipping": money(totals.shipping, currency) if priced.shipping else None,
        "total": money(totals.grand_total, currency),
        "steps": [step for step in trace_of(priced) if step["plugin"] != "core"],
        "unknown": [it.code for it in priced.declined if it.reason.code == "coupon_unknown"],
    }
