"""The priced cart: every line with its discounts and taxes, the totals, and the trace that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from spoeq_core.pricing.model.frozen import thaw, to_json
from spoeq_core.pricing.model.promotions import Declined
from spoeq_core.pricing.model.tax import TaxAmount, TaxShare, merged_taxes
from spoeq_core.pricing.model.values import Charge, Phase, PricingCart, PricingLine


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """What one promotion took off a line or the shipping: minor units above zero."""

    plugin: str
    rule: str
    label: str
    amount: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class AppliedSurcharge:
    """What was added to a line's price: minor units a piece, and for all its pieces."""

    plugin: str
    rule: str
    label: str
    per_unit: int
    amount: int


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its price. `subtotal` = quantity × unit price + surcharges; `total` = subtotal - discounts.

    `taxable` is the value without tax: in a shop whose prices include tax `total` less all taxes, else `total`.
    """

    line: PricingLine
    subtotal: int
    total: int
    taxable: int
    surcharges: tuple[AppliedSurcharge, ...] = ()
    discounts: tuple[AppliedDiscount, ...] = ()
    taxes: tuple[TaxAmount, ...] = ()

    @property
    def floor(self) -> int:
        """What the line must bring in: quantity × minimum price."""
        return self.line.quantity * self.line.min_price

    @property
    def can_bear(self) -> int:
        """How much further discount the line can take."""
        return max(0, self.total - self.floor)

    @property
    def discount(self) -> int:
        """All discounts of the line together."""
        return self.subtotal - self.total


@dataclass(frozen=True, slots=True)
class PricedCharge:
    """A charge with its price: `total` = the charge less its discounts; `shares` carry its taxes by rates."""

    charge: Charge
    total: int
    discounts: tuple[AppliedDiscount, ...] = ()
    shares: tuple[TaxShare, ...] = ()

    @property
    def taxes(self) -> tuple[TaxAmount, ...]:
        """Its taxes, summed over the shares by component."""
        return merged_taxes(self.shares)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums, in minor units: `grand_total` = items - discounts + shipping + fees + tax + rounding.

    Args:
        items: Line subtotals, surcharges included, before discounts.
        discounts: All that lines were given off, as a positive number.
        shipping: Shipping after its own discounts.
        fees: Fees, such as that for cash on delivery.
        tax: What is added on top; 0 in a shop whose prices include tax.
        tax_included: What the prices contain; 0 in a shop whose prices do not.
        grand_total: What is to be paid.
        rounding: What was added (or taken off, below zero) so that it can be paid in cash; never taxed.
    """

    items: int
    discounts: int
    shipping: int
    fees: int
    tax: int
    tax_included: int
    grand_total: int
    rounding: int = 0


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of the working: what it was given, what it left, and in `note` why it gave less or nothing."""

    phase: Phase
    plugin: str
    rule: str
    label: str
    input: int
    output: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart, priced. An order freezes it as JSON; running the pricing again on `cart` gives the same."""

    cart: PricingCart
    lines: tuple[PricedLine, ...]
    shipping: PricedCharge | None
    fees: tuple[PricedCharge, ...]
    totals: Totals
    trace: tuple[TraceStep, ...] = ()
    declined: tuple[Declined, ...] = ()

    @property
    def taxes(self) -> tuple[TaxAmount, ...]:
        """All taxes of lines, shipping and fees, summed by component."""
        return merged_taxes(all_shares(self.lines, self.shipping, self.fees))

    def as_json(self) -> dict[str, object]:
        """The whole of it as dicts, lists, strings, integers, booleans and None; decimals and times as strings."""
        return cast(dict[str, object], to_json(self))

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> PricedCart:
        """The priced cart that `as_json` wrote; what an older version did not write gets its default."""
        return thaw(cls, data)


def all_shares(
    lines: Iterable[PricedLine], shipping: PricedCharge | None, fees: Iterable[PricedCharge]
) -> Iterable[TaxShare]:
    """Everything that was taxed: each line whole, each charge by its shares."""
    for line in lines:
        yield TaxShare(line.total, line.taxable, line.taxes)
    for charge in (*fees, *([shipping] if shipping else [])):
        yield from charge.shares
