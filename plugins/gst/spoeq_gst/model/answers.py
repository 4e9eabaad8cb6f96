"""The rates of a cart's lines, of what is known about the seller and of how the cart is priced so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from spoeq_core.sdk import State, TaxAnswer
from spoeq_gst.model.dates import indian_date
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
