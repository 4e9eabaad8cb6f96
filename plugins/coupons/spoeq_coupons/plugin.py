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
from spoeq_coupons.model import answers

manifest = Manifest(
    name="coupons",
    title="Coupons",
    description="Codes for a percentage, an amount or free shipping, with limits, dates and a minimum order.",
)

FORM_OF_SLOT = {"cart.below_summary": "", "checkout.before_submit": "checkout"}
"""Where the code field stands, and the id of the page's form that it joins there."""


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
    facts = await service.facts_of(shop, cart)
    return None if facts is None else {"found": facts}


@hookimpl
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase
) -> Sequence[Adjustment | Declined] | None:
    """What the codes give, or why they give nothing."""
    found: service.Facts | None = facts.get("found")
    if found is None:
        return None
    return answers(cart.codes[: service.MOST_CODES], found.coupons, cart, found.used_up, phase)


@hookimpl
async def order_quotas(shop: Shop, order: Order) -> Sequence[Quota]:
    """The places an order takes under its coupons' limits."""
    return await service.quotas(shop, order)


@hookimpl
async def page_fragments(slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The code field of the cart and the checkout."""
    if slot not in FORM_OF_SLOT:
        return None
    codes = page["cart"]["coupons"]
    return [Fragment("coupons/field.html", {"codes": codes, "owner": FORM_OF_SLOT[slot]}, weight=10)]
