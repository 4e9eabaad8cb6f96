"""India's GST: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from spoeq_core.sdk import (
    Manifest,
    MenuEntry,
    Permission,
    PricingCart,
    Routes,
    Shop,
    State,
    TaxAnswer,
    hookimpl,
    save_settings,
)
from spoeq_gst import admin
from spoeq_gst.model import Taxation, answer
from spoeq_gst.settings import GstSettings

manifest = Manifest(
    name="gst",
    title="GST (India)",
    description="Rates by HSN code, date and price; CGST with SGST or UTGST, or IGST, by the place of supply.",
)

DEMO_GSTIN = "29AAGCN0000N1ZK"


@hookimpl
def register_settings() -> type[BaseModel]:
    """Who sells, and the rates."""
    return GstSettings


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Editing rates."""
    return [Permission(admin.PERMISSION, "Edit the rates of GST", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The rates in the admin's navigation."""
    return [MenuEntry("GST rates", admin.PATH, admin.PERMISSION, "Settings", "orders", 70)]


@hookimpl
def register_routes() -> Routes:
    """The rates' pages."""
    return Routes(admin=admin.blueprint)


@hookimpl
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """The seller's state and the rates, from the settings."""
    return {"taxation": shop.plugin_settings(GstSettings).taxation} if cart.lines else None


@hookimpl
async def tax_rates(cart: PricingCart, facts: Mapping[str, Any], state: State) -> TaxAnswer | None:
    """The component rates of each line."""
    taxation: Taxation | None = facts.get("taxation")
    return answer(taxation, state) if taxation else None


@hookimpl
async def demo_data(shop: Shop) -> bool | None:
    """A registered seller in Karnataka; the number holds, and nobody has it."""
    if shop.plugin_settings(GstSettings).gstin:
        return None
    await save_settings(shop, manifest.name, lambda now: {"gstin": DEMO_GSTIN})
    return True
