"""Coupons: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model

from spoeq_core.sdk import (
    Adjustment,
    Declined,
    Fragment,
    Manifest,
    MenuEntry,
    Order,
    Permission,
    Phase,
    PricingCart,
    Quota,
    Routes,
    Shop,
    hookimpl,
)
from spoeq_coupons import admin, api, pages, service
from spoeq_coupons.documents import CouponDocument

manifest = Manifest(
    name="coupons",
    title="Coupons",
    description="Codes for a percentage, an amount or free shipping, with limits, dates and a minimum order.",
)

FIELD_SLOTS = {"cart.below_summary": "/cart", "checkout.before_submit": "/checkout"}


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where coupons are kept."""
    return [CouponDocument]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Giving out codes."""
    return [Permission(api.PERMISSION, "Manage coupons", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Coupons in the admin's navigation."""
    return [MenuEntry("Coupons", admin.PATH, api.PERMISSION, "Shop", "coupons", 50)]


@hookimpl
def register_routes() -> Routes:
    """The API, the code field's forms, the staff pages."""
    return Routes(api=api.blueprint, pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """The coupons of the cart's codes."""
    return await service.load_facts(shop, cart)


@hookimpl
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase
) -> Sequence[Adjustment | Declined]:
    """What the codes give, or why they give nothing."""
    return service.answers(cart, facts, phase)


@hookimpl
async def order_quotas(shop: Shop, order: Order) -> Sequence[Quota]:
    """The places an order takes under its coupons' limits."""
    return await service.quotas(shop, order)


@hookimpl
async def page_fragments(slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The code field of the cart and the checkout."""
    if slot not in FIELD_SLOTS:
        return None
    cart = page.get("cart") or {}
    return [Fragment("coupons/field.html", {"codes": cart.get("coupons", []), "back": FIELD_SLOTS[slot]}, weight=10)]
