"""Where a supply takes place, and so which taxes are owed: CGST with SGST or UTGST, or IGST."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from spoeq_core.sdk import Destination, TaxRate, state_code

INDIA = "IN"
ABROAD = "96"
"""The code that returns use for a place of supply outside India."""

WITHOUT_LEGISLATURE = frozenset({"04", "26", "31", "35", "38"})
"""Union territories that levy UTGST in the place of SGST (UTGST Act, s. 1 and 2)."""

CODE_LENGTH = 2
HALF = Decimal(2)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of supply: the two-digit code of the state, and whether it is the seller's own."""

    code: str
    is_home: bool


def place_of_supply(home: str, destination: Destination | None, buyer_gstin: str = "") -> Place:
    """Where goods are supplied.

    A registered buyer's state counts (IGST Act, s. 10(1)(b): billed to one, shipped to another), else the state of
    delivery (s. 10(1)(ca), Circular 209/3/2024). As long as nobody knows where it goes, it is the seller's own state.
    A state that cannot be read is not the seller's.

    Args:
        home: The code of the seller's state, the first two digits of the GSTIN.
        destination: Where the goods go.
        buyer_gstin: The GSTIN of who is billed, empty for who has none.
    """
    if destination is None:
        return Place(home, is_home=True)
    if destination.country != INDIA:
        return Place(ABROAD, is_home=False)
    code = buyer_gstin[:CODE_LENGTH] or state_code(destination.state)
    return Place(code, is_home=code == home)


def components(rate: Decimal, place: Place) -> tuple[TaxRate, ...]:
    """The taxes that make up a rate there: two equal halves at home, one whole elsewhere; none of nothing."""
    if not rate:
        return ()
    if not place.is_home:
        return (TaxRate("IGST", rate),)
    local = "UTGST" if place.code in WITHOUT_LEGISLATURE else "SGST"
    return (TaxRate("CGST", rate / HALF), TaxRate(local, rate / HALF))
