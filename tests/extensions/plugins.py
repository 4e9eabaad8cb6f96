"""Two plugins that extend every kind of owner; each must leave the other's data alone."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from spoeq_core.hooks.contributions import Extension
from tests.shopping import plugin


class Warranty(BaseModel):
    """Of a product."""

    model_config = ConfigDict(extra="forbid")

    months: int = Field(0, ge=0, le=120, title="Months of warranty")
    repair: Literal["", "at_home", "in_shop"] = Field("", title="Where it is repaired")
    covers: list[str] = []
    abroad: bool | None = Field(None, title="Counts abroad")
    supplier: str = ""


class Battery(BaseModel):
    """Of a variant."""

    watt_hours: int = Field(0, ge=0, title="Watt hours")
    removable: bool = False
    deposit: int = Field(0, ge=0, json_schema_extra={"widget": "money"})


class Wrapping(BaseModel):
    """Of a cart line."""

    model_config = ConfigDict(extra="forbid")

    paper: str = Field("", max_length=20)
    cost: int = 0


class Dispatch(BaseModel):
    """Of an order."""

    model_config = ConfigDict(extra="forbid")

    gate: str = Field("", max_length=12, title="Gate")
    fragile: bool = Field(False, title="Fragile")
    trail: list[str] = Field([], title="Trail")
    remark: str = ""


class Club(BaseModel):
    """Of a customer."""

    points: int = Field(0, ge=0, title="Points")
    card: str = ""


class Tally(BaseModel):
    """Of the other plugin, wherever it counts."""

    count: int = 0


class TallyOfLine(Tally):
    """Of its lines."""


def keeper() -> ModuleType:
    """A plugin with a model for each kind of owner."""

    def register_extensions() -> Sequence[Extension]:
        return [
            Extension(
                "product",
                Warranty,
                private=frozenset({"supplier"}),
                columns=frozenset({"months"}),
                facets=frozenset({"months", "repair", "covers", "abroad"}),
            ),
            Extension("variant", Battery, columns=frozenset({"watt_hours"}), indexes=frozenset({"watt_hours"})),
            Extension("cart_line", Wrapping, private=frozenset({"cost"}), indexes=frozenset({"paper"})),
            Extension("order", Dispatch, private=frozenset({"remark"}), indexes=frozenset({"gate"}), pii="contact"),
            Extension("customer", Club, private=frozenset({"card"}), indexes=frozenset({"card"}), pii="sensitive"),
        ]

    return plugin("keeper", register_extensions=register_extensions)


def counter_plugin() -> ModuleType:
    """Another one, that counts beside it."""

    def register_extensions() -> Sequence[Extension]:
        return [Extension("order", Tally), Extension("customer", Tally), Extension("cart_line", TallyOfLine)]

    return plugin("counter", register_extensions=register_extensions)
