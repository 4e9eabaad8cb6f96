"""Flat-rate shipping: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from spoeq_core.sdk import Manifest, MenuEntry, Permission, PricingCart, Routes, ShippingOption, Shop, hookimpl
from spoeq_flat_rate import admin, service
from spoeq_flat_rate.settings import FlatRateSettings

manifest = Manifest(
    name="flat_rate",
    title="Flat-rate shipping",
    description="Shipping prices by zone (state, PIN prefix), weight and order value; free above a threshold.",
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """The zones."""
    return FlatRateSettings


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Editing zones."""
    return [Permission(admin.PERMISSION, "Edit shipping zones", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Zones in the admin's navigation."""
    return [MenuEntry("Shipping zones", admin.PATH, admin.PERMISSION, "Settings", "shipping", 60)]


@hookimpl
def register_routes() -> Routes:
    """The zones' pages."""
    return Routes(admin=admin.blueprint)


@hookimpl
async def shipping_options(shop: Shop, cart: PricingCart) -> Sequence[ShippingOption]:
    """The zone's price for the cart."""
    return await service.quote(shop, cart)
