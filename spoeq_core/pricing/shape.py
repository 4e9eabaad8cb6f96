"""Prices as JSON shows them: amounts with their currency, totals, discounts. Pages, API and mails use the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spoeq_core.pricing.model import AppliedDiscount, PricedCart

Shape = dict[str, Any]


def money(amount: int, currency: str) -> Shape:
    """Integer minor units with their currency."""
    return {"amount": amount, "currency": currency}


def totals(sums: Mapping[str, int], fees: Iterable[tuple[str, int]], currency: str) -> Shape:
    """The totals: items - discounts + shipping + fees + tax + rounding = grand_total; they contain tax_included.

    Args:
        sums: Minor units by name, as a frozen price has them; one from before totals were rounded has no `rounding`.
        fees: Label and minor units of each fee.
        currency: Of all of them.
    """
    names = ("items", "discounts", "shipping", "tax", "tax_included", "grand_total")
    shape: Shape = {name: money(sums[name], currency) for name in names}
    shape["rounding"] = money(sums.get("rounding", 0), currency)
    shape["fees"] = [{"label": label, "amount": money(amount, currency)} for label, amount in fees]
    return shape


def totals_of(priced: PricedCart) -> Shape:
    """The totals of a priced cart."""
    currency, sums = priced.cart.currency, priced.totals
    return totals(
        {
            "items": sums.items,
            "discounts": sums.discounts,
            "shipping": sums.shipping,
            "tax": sums.tax,
            "tax_included": sums.tax_included,
            "grand_total": sums.grand_total,
            "rounding": sums.rounding,
        },
        ((fee.charge.label, fee.total) for fee in priced.fees),
        currency,
    )


def discount(given: AppliedDiscount, currency: str) -> Shape:
    """What one promotion took off."""
    return {"label": given.label, "amount": money(given.amount, currency), "plugin": given.plugin}


def surcharge(label: str, amount: int, per_unit: int, plugin: str, currency: str) -> Shape:
    """What a line costs beside its unit price, for all its pieces and for one."""
    return {
        "label": label,
        "amount": money(amount, currency),
        "per_unit": money(per_unit, currency),
        "plugin": plugin,
    }
