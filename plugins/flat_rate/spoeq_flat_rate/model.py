"""Zones and their rates: which zone an address lies in, what a parcel costs there, when it arrives."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from spoeq_core.sdk import find_state, message, state_code

SUNDAY = 6
INDIA = "IN"
ANY_WEIGHT = 0
LONGEST_ID = 40
NOT_AN_ID = "new"
"""The path of the form for a new zone."""


class Rate(BaseModel):
    """The price of parcels up to a weight; the last rate of a zone may have no limit (`up_to_g` 0)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    up_to_g: int = Field(ANY_WEIGHT, ge=0, le=1_000_000, description="Grams; 0 is any weight.")
    price: int = Field(ge=0, le=10_000_000, description="Minor units.")


class Zone(BaseModel):
    """Addresses that cost the same.

    Attributes:
        countries: ISO 3166 alpha-2; empty is any.
        states: States by name; empty is any. Of India: official names, others are understood.
        pin_prefixes: Beginnings of PINs ("56", "560001"); empty is any.
        rates: Ascending by weight.
        min_order: Order value from which the zone is served, minor units.
        free_above: Order value from which shipping is free, minor units; None is never.
        min_days: Working days until the earliest delivery.
        max_days: Working days until the promised one.
        cod: Whether parcels can be paid for at the door here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern="^[a-z0-9-]{1,40}$")
    name: str = Field(min_length=1, max_length=80)
    label: str = Field("Standard delivery", min_length=1, max_length=80)
    countries: tuple[str, ...] = (INDIA,)
    states: tuple[str, ...] = ()
    pin_prefixes: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = Field(min_length=1, max_length=20)
    min_order: int = Field(0, ge=0)
    free_above: int | None = Field(None, ge=0)
    min_days: int = Field(3, ge=0, le=60)
    max_days: int = Field(6, ge=0, le=60, validate_default=True)
    cod: bool = True

    @field_validator("id")
    @classmethod
    def _free_path(cls, zone_id: str) -> str:
        if zone_id == NOT_AN_ID:
            raise ValueError(f"{NOT_AN_ID!r} cannot be a zone's id")
        return zone_id

    @field_validator("countries")
    @classmethod
    def _two_letters(cls, countries: tuple[str, ...]) -> tuple[str, ...]:
        for country in countries:
            if not re.fullmatch("[A-Z]{2}", country):
                raise ValueError(message("“%(text)s” is not the two-letter code of a country, as in IN.", text=country))
        return countries

    @field_validator("states")
    @classmethod
    def _official(cls, states: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if tuple(info.data.get("countries", ())) != (INDIA,):
            return states
        found = [(text, find_state(text)) for text in states]
        unknown = [text for text, state in found if state is None]
        if unknown:
            raise ValueError(message("“%(text)s” is not a state of India.", text=unknown[0]))
        return tuple(state.name for _, state in found if state is not None)

    @field_validator("pin_prefixes")
    @classmethod
    def _digits(cls, prefixes: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in prefixes:
            if not re.fullmatch("[0-9]{1,6}", prefix):
                raise ValueError(message("“%(text)s” is neither a PIN nor its beginning.", text=prefix))
        return prefixes

    @field_validator("rates")
    @classmethod
    def _ascending(cls, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
        limits = [rate.up_to_g or 10**9 for rate in rates]
        if limits != sorted(set(limits)):
            raise ValueError(message("Prices go up by weight; only the last may be for any weight."))
        return rates

    @field_validator("max_days")
    @classmethod
    def _not_before_the_earliest(cls, days: int, info: ValidationInfo) -> int:
        if days < info.data.get("min_days", 0):
            raise ValueError(message("The promised day cannot be before the earliest one."))
        return days

    def precision(self, country: str, state: str, postal_code: str) -> int:
        """How exactly the zone names an address; 0 if it does not cover it."""
        if self.countries and country not in self.countries:
            return 0
        longest = max((len(prefix) for prefix in self.pin_prefixes if postal_code.startswith(prefix)), default=0)
        if longest:
            return 10 + longest
        if self.states:
            return 5 if any(_same_state(state, name) for name in self.states) else 0
        return 0 if self.pin_prefixes else 2 if self.countries else 1

    def price(self, weight_g: int, order_value: int) -> int | None:
        """What a parcel costs, minor units; None if it is too heavy or the order too small."""
        if order_value < self.min_order:
            return None
        fitting = next((rate for rate in self.rates if not rate.up_to_g or weight_g <= rate.up_to_g), None)
        if fitting is None:
            return None
        return 0 if self.free_above is not None and order_value >= self.free_above else fitting.price


def zone_for(zones: Sequence[Zone], country: str, state: str, postal_code: str) -> Zone | None:
    """The zone that names the address most exactly: by PIN prefix, then by state, then by country, then any.

    Of two that name it alike the first wins.
    """
    best = max(zones, key=lambda zone: zone.precision(country, state, postal_code), default=None)
    return best if best and best.precision(country, state, postal_code) else None


def free_id(name: str, taken: Collection[str]) -> str:
    """An id for a zone of that name, for its page's address and the orders that used it."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: LONGEST_ID - 4].strip("-") or "zone"
    numbered = (words if number == 1 else f"{words}-{number}" for number in range(1, len(taken) + 3))
    return next(candidate for candidate in numbered if candidate not in taken and candidate != NOT_AN_ID)


def working_day(start: date, days: int) -> date:
    """So many working days later; couriers rest on Sundays, so it is never one."""
    current = start
    while days > 0 or current.weekday() == SUNDAY:
        current += timedelta(days=1)
        if current.weekday() != SUNDAY:
            days -= 1
    return current


def _same_state(one: str, other: str) -> bool:
    codes = state_code(one), state_code(other)
    if all(codes):
        return codes[0] == codes[1]
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("&", "and").split())
