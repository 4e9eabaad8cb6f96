"""The rates of a cart's lines, of what is known about the seller and of how the cart is priced so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from spoeq_core.sdk import State, TaxAnswer
from spoeq_gst.model.dates import indian_date
from spoeq_gst.model.papers import Recheck
from spoeq_gst.model.places import components, place_of_supply
from spoeq_gst.model.rates import RateRow, RateTable


@dataclass(frozen=True, slots=True)
class Taxation:
    """What a price depends on: the seller's state (empty where no tax is charged), the rows, the rate of the rest."""

    home: str
    rows: Sequence[RateRow]
    default_rate: Decimal


def answer(taxation: Taxation, state: State) -> TaxAnswer:
    """The component rates of every line, by what it costs after all discounts; none of a seller who charges no tax."""
    cart = state.cart
    if not taxation.home:
        return TaxAnswer({line.line.id: () for line in state.lines})
    table = RateTable(taxation.rows, indian_date(cart.at), taxation.default_rate)
    place = place_of_supply(taxation.home, cart.destination, cart.buyer.gstin)
    rates = {}
    for priced in state.lines:
        line = priced.line
        found = table.find(line.hsn or "", priced.total, line.quantity, inclusive=cart.prices_include_tax)
        rates[line.id] = components(found.rate, place)
    return TaxAnswer(rates)


def rechecked(taxation: Taxation, frozen: Mapping[str, Any], day: date) -> tuple[Recheck, ...]:
    """The lines of an order whose rate is another on that day than the one they were placed with.

    Args:
        taxation: The rows as they stand now.
        frozen: The order's price, as it was frozen.
        day: The day in India on which the invoice is issued.
    """
    table = RateTable(taxation.rows, day, taxation.default_rate)
    inclusive, found = bool(frozen["cart"]["prices_include_tax"]), []
    for priced in frozen["lines"]:
        line = priced["line"]
        was = sum((Decimal(tax["rate"]) for tax in priced["taxes"]), Decimal(0))
        now = table.find(line["hsn"] or "", priced["total"], line["quantity"], inclusive=inclusive).rate
        if taxation.home and was != now:
            found.append(Recheck(name=line["name"], was=was, now=now))
    return tuple(found)
