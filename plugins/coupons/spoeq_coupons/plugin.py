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
    PersonalData,
    Phase,
    PricingCart,
    Quota,
    Routes,
    Shop,
    SitemapEntry,
    hookimpl,
)
from spoeq_coupons import admin, api, pages, service
from spoeq_coupons.documents import CouponDocument
from spoeq_coupons.model import answers
from spoeq_coupons.personal import USES

FORM_OF_SLOT = {"cart.below_summary": "", "checkout.before_submit": "checkout"}
"""Where the code field stands, and the id of the page's form that it joins there."""
ENTRY_SLOT = "menu.entries"

manifest = Manifest(
    name="coupons",
    title="Coupons",
    description="Codes for a percentage, an amount or free shipping, with limits, dates and a minimum order.",
    slots=(ENTRY_SLOT, *FORM_OF_SLOT),
)


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where coupons are kept."""
    return [CouponDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who used which."""
    return [USES]


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
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The code field of the cart and the checkout, and the link to the offers while there are any."""
    if slot == ENTRY_SLOT:
        return [Fragment("coupons/entry.html", weight=20)] if await service.running_offers(shop) else None
    if slot not in FORM_OF_SLOT:
        return None
    owner = FORM_OF_SLOT[slot]
    offers = not owner and bool(await service.running_offers(shop))
    data = {"codes": page["cart"]["coupons"], "owner": owner, "offers": offers}
    return [Fragment("coupons/field.html", data, weight=10)]


@hookimpl
async def sitemap_entries(shop: Shop) -> Sequence[SitemapEntry]:
    """The page of the offers, while there are any."""
    changed = [coupon.updated_at for coupon in await service.running_offers(shop)]
    return [SitemapEntry(pages.OFFERS, max((at for at in changed if at), default=None))] if changed else []
