"""The places where goods lie: what each is called, and in which order parcels are packed from them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message

HOME = "MAIN"
"""The code of the place that every shop has: what lies nowhere else lies there."""
LONGEST_NAME = 60
LONGEST_ADDRESS = 300
LAST_PRIORITY = 999

_CODE = re.compile(r"^[A-Z0-9][A-Z0-9-]{0,19}$")


@dataclass(frozen=True, slots=True)
class Location:
    """A place where goods lie.

    Attributes:
        id: Its code, which never changes: the log of the stock names it.
        address: For people, in lines.
        priority: Parcels leave from the lowest number first.
        active: Whether goods may come there. What lies there can leave all the same.
        version: Counts the writes; 0 where nothing is stored of it.
    """

    id: str
    name: str = ""
    address: str = ""
    priority: int = 0
    active: bool = True
    version: int = 1

    @property
    def label(self) -> str:
        """What people call it."""
        return self.name or (message("Main location") if self.id == HOME else self.id)


def check_location(location: Location) -> None:
    """Refuse what cannot be a location.

    Raises:
        Invalid: names each field that is wrong.
    """
    errors = []
    if not _CODE.match(location.id):
        said = "Give a code of up to 20 capital letters, digits and hyphens, as in DEL or BLR-2."
        errors.append(FieldError("code", said, "format"))
    if not location.name.strip() or len(location.name) > LONGEST_NAME:
        errors.append(
            FieldError("name", message("Give a name of at most %(most)s characters.", most=LONGEST_NAME), "length")
        )
    if len(location.address) > LONGEST_ADDRESS:
        said = message("Give an address of at most %(most)s characters.", most=LONGEST_ADDRESS)
        errors.append(FieldError("address", said, "length"))
    if not 0 <= location.priority <= LAST_PRIORITY:
        said = message("Give a whole number from 0 to %(most)s.", most=LAST_PRIORITY)
        errors.append(FieldError("priority", said, "range"))
    if location.id == HOME and not location.active:
        said = "The main location stays: what lies nowhere else lies there. Give it another name or a higher number."
        errors.append(FieldError("active", said, "home"))
    if errors:
        raise Invalid("The location was not saved.", errors=errors)


def ranked(locations: Iterable[Location]) -> list[Location]:
    """The order in which parcels are packed from them: those that are used, by priority; then the others."""
    return sorted(locations, key=lambda it: (not it.active, it.priority, it.id != HOME, it.id))


def packed_from(order: Iterable[str], lying: Mapping[str, Mapping[str, int]], pieces: Mapping[str, int]) -> str:
    """The code of the first place that has all the pieces; else of the first one that has most of them.

    Args:
        order: The codes, the preferred first; at least one.
        lying: Pieces by SKU by code.
        pieces: What is to be packed, by SKU.
    """

    def found(code: str) -> int:
        there = lying.get(code, {})
        return sum(min(count, there.get(sku, 0)) for sku, count in pieces.items())

    return max(order, key=found)
