"""Coupons: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model

from spoeq_core.sdk import (
    Adjustment,
    Declined,
    Fragment,
    JobKind,
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
    forget_quotas,
    hookimpl,
)
from spoeq_coupons import admin, api, pages, service
from spoeq_coupons.documents import CodeDocument, CouponDocument
from spoeq_coupons.model import answers, automatic_answers
from spoeq_coupons.personal import USES

FORM_OF_SLOT = {"cart.below_summary": "", "checkout.before_submit": "checkout"}
"""Where the code field stands, and the id of the page's form that it joins there."""
ENTRY_SLOT = "menu.entries"

manifest = Manifest(
    name="coupons",
    title="Coupons",
    description="Codes and promotions: a percentage, an amount, steps, free pieces or delivery, with limits and dates.",
    slots=(ENTRY_SLOT, *FORM_OF_SLOT),
    claims=("lane:coupon",),
)


@hookimpl
async def plugin_purging(shop: Shop) -> bool:
    """Forget who used which code."""
    await forget_quotas(shop, "coupon:")
    return True


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where coupons and single-use codes are kept."""
    return [CouponDocument, CodeDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who used which."""
    return [USES]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Giving out codes."""
    return [Permission(service.PERMISSION, "Manage coupons", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Coupons in the admin's navigation."""
    return [MenuEntry("Coupons", admin.PATH, service.PERMISSION, "Shop", "coupons", 50)]


@hookimpl
def register_routes() -> Routes:
    """The API, the code field's forms, the staff pages."""
    return Routes(api=api.blueprint, pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    """Making single-use codes."""
    return [service.GENERATE]


@hookimpl
async def pricing_facts(shop: Shop, cart: PricingCart) -> Mapping[str, Any] | None:
    """The coupons of the cart's codes, and what applies without one."""
    facts = await service.facts_of(shop, cart)
    return None if facts is None else {"found": facts}


@hookimpl
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase
) -> Sequence[Adjustment | Declined] | None:
    """What the codes give and what is given without one, or why it gives nothing."""
    found: service.Facts | None = facts.get("found")
    if found is None:
        return None
    codes = cart.codes[: service.MOST_CODES]
    return [
        *answers(codes, found.coupons, cart, found.used_up, phase),
        *automatic_answers(found.automatic, cart, found.used_up, phase),
    ]


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
