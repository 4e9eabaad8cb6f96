"""What the merchant sets: the zones. They are edited on the plugin's own page."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spoeq_flat_rate.model import Rate, Zone

COUNTRY_PRICE = 7900
FREE_ABOVE = 99900


def default_zones() -> tuple[Zone, ...]:
    """One zone for all of India, so that a new shop can ship."""
    rates = (Rate(up_to_g=1000, price=COUNTRY_PRICE), Rate(up_to_g=5000, price=14900), Rate(price=29900))
    return (Zone(id="india", name="All of India", rates=rates, free_above=FREE_ABOVE, min_days=3, max_days=6),)


class FlatRateSettings(BaseModel):
    """The zones; an address belongs to the one that names it most exactly, of equals to the first."""

    model_config = ConfigDict(extra="forbid")

    zones: tuple[Zone, ...] = Field(
        default_factory=default_zones, max_length=200, json_schema_extra={"widget": "hidden"}
    )

    @field_validator("zones")
    @classmethod
    def _each_once(cls, zones: tuple[Zone, ...]) -> tuple[Zone, ...]:
        for names in ([zone.id for zone in zones], [zone.name.casefold() for zone in zones]):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(f"Two zones are called {twice!r}")
        return zones
