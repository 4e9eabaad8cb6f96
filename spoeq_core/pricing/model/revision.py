"""A frozen price changed afterwards: fewer or more pieces, lines added, another way of delivery, another place.

What was agreed stays: unit prices, the discounts that were given and their coupons. Nothing is judged again; a coupon's
minimum in particular is not. Tax follows from the new line totals by the same rules as when the order was placed, and
the new total is rounded by the same step of cash, so whatever is taken away step by step comes to the whole exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spoeq_core.pricing.model.allocation import allocate
from spoeq_core.pricing.model.engine import apply_tax
from spoeq_core.pricing.model.payable import finish
from spoeq_core.pricing.model.priced import PricedCart, PricedCharge, PricedLine, TraceStep
from spoeq_core.pricing.model.state import CORE, State
from spoeq_core.pricing.model.tax import TaxAnswer, TaxRate
from spoeq_core.pricing.model.values import Charge, Destination, Phase


def resized(line: PricedLine, quantity: int) -> PricedLine:
    """The line with another number of pieces, before tax.

    Of fewer pieces each discount leaves its share, rounded down together, so that no line falls below its minimum
    price; more pieces cost the same unit price and bring no further discount.

    Args:
        line: As it was agreed.
        quantity: One or more.
    """
    was = line.line.quantity
    surcharges = tuple(replace(it, amount=it.per_unit * quantity) for it in line.surcharges)
    subtotal = quantity * line.line.unit_price + sum(it.amount for it in surcharges)
    given = [it.amount for it in line.discounts]
    if quantity < was:
        given = allocate(sum(given) * quantity // was, given)
    discounts = tuple(replace(it, amount=amount) for it, amount in zip(line.discounts, given, strict=True))
    total = subtotal - sum(given)
    return replace(
        line,
        line=replace(line.line, quantity=quantity),
        subtotal=subtotal,
        total=total,
        taxable=total,
        surcharges=surcharges,
        discounts=tuple(it for it in discounts if it.amount),
    )


def reopened(
    priced: PricedCart,
    lines: Sequence[PricedLine],
    *,
    shipping: Charge | None = None,
    destination: Destination | None = None,
) -> State:
    """The price before its tax, with these lines; shipping and destination stay unless others are given."""
    charge = PricedCharge(shipping, shipping.amount) if shipping else priced.shipping
    cart = replace(
        priced.cart,
        lines=tuple(line.line for line in lines),
        destination=destination or priced.cart.destination,
        shipping=shipping or priced.cart.shipping,
    )
    steps = tuple(it for it in priced.trace if it.phase is not Phase.PAYABLE or it.rule not in {"rounding", "total"})
    before = TraceStep(Phase.PAYABLE, CORE, "changed", "Order changed", priced.totals.grand_total, 0)
    return State(cart, (), Phase.TAX, tuple(lines), charge, priced.fees, (*steps, before), priced.declined)


def agreed_rates(lines: Sequence[PricedLine]) -> TaxAnswer:
    """The rates with which these lines were taxed."""
    return TaxAnswer({line.line.id: tuple(TaxRate(tax.name, tax.rate) for tax in line.taxes) for line in lines})


def refigured(state: State, rates: TaxAnswer | None = None, plugin: str = CORE) -> PricedCart:
    """The price of a reopened one, with the rates it had, or with others."""
    return finish(apply_tax(state, rates or agreed_rates(state.lines), plugin))
