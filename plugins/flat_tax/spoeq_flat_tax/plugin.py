"""Tax by a table: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from spoeq_core.sdk import Extension, Manifest, PricingCart, Shop, State, TaxAnswer, hookimpl
from spoeq_flat_tax.model import NAME, Taxation, answer
from spoeq_flat_tax.settings import FlatTaxSettings

manifest = Manifest(
    name=NAME,
    title="Tax by a table",
    description="VAT, sales tax and the like, by country, state, postal code and class of goods.",
)


class TaxClass(BaseModel):
    """What staff say of a product."""

    tax_class: str = Field(
        "",
        pattern="^[a-z0-9_-]{0,40}$",
        title="Tax class",
        description="As in the table of taxes: reduced, zero, books. Empty: the usual rates.",
    )


@hookimpl
def register_settings() -> type[BaseModel]:
    """The table."""
    return FlatTaxSettings


@hookimpl
def register_extensions() -> Sequence[Extension]:
    """The tax class of a product; a column of the product CSV too."""
    return [Extension("product", TaxClass, columns=frozenset(TaxClass.model_fields))]


@hookimpl
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """The table, from the settings."""
    return {"taxation": shop.plugin_settings(FlatTaxSettings).taxation} if cart.lines else None


@hookimpl
async def tax_rates(cart: PricingCart, facts: Mapping[str, Any], state: State) -> TaxAnswer | None:
    """The component rates of each line; nothing while the table is empty."""
    taxation: Taxation | None = facts.get("taxation")
    return answer(taxation, state) if taxation and taxation.rows else None
