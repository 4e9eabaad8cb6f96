"""What a PIN code says of a place: its state, and the town that most parcels there go to.

The data is India Post's, by the package `indian-pincode` (Government Open Data License – India). It knows districts; a
district is offered as the town only where people would write it so, and everything that is offered can be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import indian_pincode

from spoeq_core.identity.addresses import PIN
from spoeq_core.identity.states import find_state

TOWNS: Final[Mapping[str, str]] = {
    "BENGALURU URBAN": "Bengaluru",
    "BENGALURU RURAL": "",
    "GAUTAM BUDDHA NAGAR": "Noida",
    "KAMRUP METRO": "Guwahati",
    "KANPUR DEHAT": "",
    "KANPUR NAGAR": "Kanpur",
    "KHORDHA": "Bhubaneswar",
    "LEH LADAKH": "Leh",
    "MUMBAI SUBURBAN": "Mumbai",
    "NTR": "Vijayawada",
    "PAPUM PARE": "Itanagar",
    "PONDICHERRY": "Puducherry",
    "S.A.S NAGAR": "Mohali",
    "SOUTH ANDAMANS": "Port Blair",
    "SPSR NELLORE": "Nellore",
    "VISAKHAPATANAM": "Visakhapatnam",
    "Y.S.R.": "Kadapa",
}
"""Districts that are not called as their town; empty where no town speaks for them."""
DIRECTIONS: Final = frozenset({"NORTH", "SOUTH", "EAST", "WEST", "CENTRAL", "LOWER", "UPPER", "DISTRICT"})
DELHI: Final = "Delhi"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a PIN code lies.

    Attributes:
        pin: Six digits.
        city: The town to offer; empty where the data names none for sure.
        state: The official name of its state; where it lies in several, of the one with most post offices.
        states: All states it lies in.
    """

    pin: str
    city: str
    state: str
    states: tuple[str, ...]


def place_of(pin: str) -> Place | None:
    """The place of a PIN code; None if it is none, or a new one that the data does not have yet."""
    code = pin.replace(" ", "")
    details = indian_pincode.get_details(code) if PIN.fullmatch(code) else None
    if details is None:
        return None
    states = tuple(name for text in details["states"] if (name := _state(text)))
    main = _state(details["state"] or "")
    return Place(code, _town(details["districts"], states), main, states) if main else None


def _state(text: str) -> str:
    found = find_state(text.removeprefix("THE "))
    return found.name if found else ""


def _town(districts: list[str], states: tuple[str, ...]) -> str:
    if states == (DELHI,):
        return "New Delhi" if districts == ["NEW DELHI"] else DELHI
    if len(districts) != 1:
        return ""
    name = districts[0]
    if name in TOWNS:
        return TOWNS[name]
    return "" if DIRECTIONS.intersection(name.split()) else name.title()
