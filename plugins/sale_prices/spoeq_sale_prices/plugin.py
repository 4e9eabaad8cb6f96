"""Sale prices: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Adjustment,
    Event,
    Fixed,
    Fragment,
    Handler,
    Manifest,
    MenuEntry,
    OnLines,
    Permission,
    Phase,
    PricingCart,
    Routes,
    Schedule,
    Shop,
    hookimpl,
)
from spoeq_sale_prices import admin, api, showing, subscribers
from spoeq_sale_prices.documents import HistoryDocument, MarkDocument, SaleDocument
from spoeq_sale_prices.model import best
from spoeq_sale_prices.service import PERMISSION, kept_sales, piece_of_line, take_back
from spoeq_sale_prices.settings import SaleSettings

LANE = "catalog"

manifest = Manifest(
    name="sale_prices",
    title="Sale prices",
    description="A percentage or an amount off by brand, category or product, with dates; and what things cost before.",
    slots=(*showing.PAGES, *showing.ADMIN),
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """What is shown and remembered of prices."""
    return SaleSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where sales and the history of prices are kept."""
    return [SaleDocument, HistoryDocument, MarkDocument]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Making sales."""
    return [Permission(PERMISSION, "Manage sales", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Sales in the admin's navigation."""
    return [MenuEntry("Sales", admin.PATH, PERMISSION, "Shop", "tag", 49)]


@hookimpl
def register_routes() -> Routes:
    """The staff pages, and the same as JSON."""
    return Routes(admin=admin.blueprint, api=api.blueprint)


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Following sales and products."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Following the clock."""
    return subscribers.SCHEDULES


@hookimpl
async def plugin_disabling(shop: Shop) -> bool:
    """Show no sale prices that nobody would charge."""
    await take_back(shop)
    return True


@hookimpl
async def pricing_facts(shop: Shop) -> Mapping[str, Any] | None:
    """The sales that are not over; which of them hold the cart's own moment says."""
    sales = await kept_sales(shop)
    return {"sales": sales} if sales else None


@hookimpl
async def price_adjustments(cart: PricingCart, facts: Mapping[str, Any], phase: Phase) -> Sequence[Adjustment] | None:
    """What the best sale takes off each line: the sale price times the quantity, exactly."""
    if phase is not Phase.ITEM or not facts.get("sales"):
        return None
    sales = [sale for sale in facts["sales"] if sale.is_for(cart.buyer.segments)]
    won = [(line, best(sales, piece_of_line(line), cart.at)) for line in cart.lines]
    return [
        Adjustment(
            rule=found[1].id,
            label=found[1].name,
            target=OnLines((line.id,)),
            effect=Fixed((line.unit_price - found[0]) * line.quantity),
            lane=LANE,
            currency=found[1].currency,
        )
        for line, found in won
        if found is not None
    ]


@hookimpl
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The sale's name and end, the lowest price of 30 days, the running sales."""
    show = showing.PAGES.get(slot)
    return await show(shop, page) if show else None


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The history of a product's prices."""
    show = showing.ADMIN.get(slot)
    return await show(shop, page) if show else None
