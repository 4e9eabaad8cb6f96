"""Zones and their rates: which zone an address lies in, what a parcel costs there, when it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field, model_validator

SUNDAY = 6


class Rate(BaseModel):
    """The price of parcels up to a weight; the last rate of a zone may have no limit (`up_to_g` 0)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    up_to_g: int = Field(0, ge=0, le=1_000_000, description="Grams; 0 is any weight.")
    price: int = Field(ge=0, le=10_000_000, description="Minor units.")


class Zone(BaseModel):
    """Addresses that cost the same.

    Attributes:
        countries: ISO 3166 alpha-2; empty is any.
        states: States by name; empty is any.
        pin_prefixes: Beginnings of PINs ("56", "560001"); empty is any.
        rates: Ascending by weight.
        min_order: Order value from which the zone is served, minor units.
        free_above: Order value from which shipping is free, minor units; None is never.
        min_days: Working days until the earliest delivery.
        max_days: Working days until the promised one.
        cod: Whether parcels can be paid for at the door here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern="^[a-z0-9-]{1,40}$")
    name: str = Field(min_length=1, max_length=80)
    label: str = Field("Standard delivery", min_length=1, max_length=80)
    countries: tuple[str, ...] = ("IN",)
    states: tuple[str, ...] = ()
    pin_prefixes: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = Field(min_length=1, max_length=20)
    min_order: int = Field(0, ge=0)
    free_above: int | None = Field(None, ge=0)
    min_days: int = Field(3, ge=0, le=60)
    max_days: int = Field(6, ge=0, le=60)
    cod: bool = True

    @model_validator(mode="after")
    def _consistent(self) -> Zone:
        if self.max_days < self.min_days:
            raise ValueError("The promised day cannot be before the earliest one")
        limits = [rate.up_to_g or 10**9 for rate in self.rates]
        if limits != sorted(set(limits)):
            raise ValueError("Rates go up by weight; only the last may be for any weight")
        if any(not prefix.isdecimal() for prefix in self.pin_prefixes):
            raise ValueError("A PIN prefix has digits only")
        return self

    def precision(self, country: str, state: str, postal_code: str) -> int:
        """How exactly the zone names an address; 0 if it does not cover it."""
        if self.countries and country not in self.countries:
            return 0
        longest = max((len(p) for p in self.pin_prefixes if postal_code.startswith(p)), default=0)
        if longest:
            return 10 + longest
        if self.pin_prefixes and not self.states:
            return 0
        if self.states:
            return 5 if _folded(state) in {_folded(name) for name in self.states} else 0
        return 1

    def price(self, weight_g: int, order_value: int) -> int | None:
        """What a parcel costs, minor units; None if it is too heavy or the order too small."""
        if order_value < self.min_order:
            return None
        fitting = next((rate for rate in self.rates if not rate.up_to_g or weight_g <= rate.up_to_g), None)
        if fitting is None:
            return None
        return 0 if self.free_above is not None and order_value >= self.free_above else fitting.price


def zone_for(zones: Sequence[Zone], country: str, state: str, postal_code: str) -> Zone | None:
    """The zone that names the address most exactly: by PIN prefix, then by state, then by country alone."""
    best = max(zones, key=lambda zone: zone.precision(country, state, postal_code), default=None)
    return best if best and best.precision(country, state, postal_code) else None


def working_day(start: date, days: int) -> date:
    """So many working days later; couriers rest on Sundays."""
    current = start
    while days > 0:
        current += timedelta(days=1)
        if current.weekday() != SUNDAY:
            days -= 1
    return current


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("&", "and").split())
