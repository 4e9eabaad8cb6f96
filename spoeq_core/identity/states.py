"""India's states and union territories with the codes that addresses and GSTINs use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """A state or union territory.

    Attributes:
        code: Two digits, as GST numbers begin with them; also those of the census.
        abbreviation: Of ISO 3166-2:IN, two letters.
        name: The official one.
    """

    code: str
    abbreviation: str
    name: str


STATES: tuple[State, ...] = (
    State("35", "AN", "Andaman and Nicobar Islands"),
    State("37", "AP", "Andhra Pradesh"),
    State("12", "AR", "Arunachal Pradesh"),
    State("18", "AS", "Assam"),
    State("10", "BR", "Bihar"),
    State("04", "CH", "Chandigarh"),
    State("22", "CG", "Chhattisgarh"),
    State("26", "DH", "Dadra and Nagar Haveli and Daman and Diu"),
    State("07", "DL", "Delhi"),
    State("30", "GA", "Goa"),
    State("24", "GJ", "Gujarat"),
    State("06", "HR", "Haryana"),
    State("02", "HP", "Himachal Pradesh"),
    State("01", "JK", "Jammu and Kashmir"),
    State("20", "JH", "Jharkhand"),
    State("29", "KA", "Karnataka"),
    State("32", "KL", "Kerala"),
    State("38", "LA", "Ladakh"),
    State("31", "LD", "Lakshadweep"),
    State("23", "MP", "Madhya Pradesh"),
    State("27", "MH", "Maharashtra"),
    State("14", "MN", "Manipur"),
    State("17", "ML", "Meghalaya"),
    State("15", "MZ", "Mizoram"),
    State("13", "NL", "Nagaland"),
    State("21", "OD", "Odisha"),
    State("34", "PY", "Puducherry"),
    State("03", "PB", "Punjab"),
    State("08", "RJ", "Rajasthan"),
    State("11", "SK", "Sikkim"),
    State("33", "TN", "Tamil Nadu"),
    State("36", "TS", "Telangana"),
    State("16", "TR", "Tripura"),
    State("09", "UP", "Uttar Pradesh"),
    State("05", "UK", "Uttarakhand"),
    State("19", "WB", "West Bengal"),
)
"""All 36 (28 states, 8 union territories), in order of name, as of 2026."""

OTHER_TERRITORY = "97"
"""A GST number's code for offshore areas; nobody's address."""

FORMER_NAMES: Mapping[str, str] = {
    "andaman and nicobar": "35",
    "chattisgarh": "22",
    "chhatisgarh": "22",
    "ct": "22",
    "dadra and nagar haveli": "26",
    "daman and diu": "26",
    "dn": "26",
    "dd": "26",
    "j and k": "01",
    "jammu": "01",
    "kashmir": "01",
    "nct of delhi": "07",
    "new delhi": "07",
    "or": "21",
    "orissa": "21",
    "pondicherry": "34",
    "tamilnadu": "33",
    "tg": "36",
    "ut": "05",
    "uttaranchal": "05",
}
"""What people, forms and older data still call them."""


def find_state(text: str) -> State | None:
    """The state of a name, an abbreviation or a code, whatever its case; `&` reads as `and`."""
    wanted = " ".join(text.replace("&", " and ").split()).casefold()
    code = FORMER_NAMES.get(wanted, wanted)
    return next(
        (state for state in STATES if code in {state.code, state.abbreviation.casefold(), state.name.casefold()}), None
    )


def state_code(name: str) -> str:
    """The GST code of a state's name, empty if there is no such state: codes are compared, never names."""
    state = find_state(name)
    return state.code if state else ""
