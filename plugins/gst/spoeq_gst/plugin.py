"""India's GST: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Event,
    Fragment,
    Handler,
    Manifest,
    MenuEntry,
    Permission,
    PersonalData,
    PricingCart,
    Routes,
    Schedule,
    Shop,
    State,
    TaxAnswer,
    hookimpl,
    order_for,
    order_token,
    save_settings,
)
from spoeq_gst import admin, api, returns, subscribers
from spoeq_gst.documents import NumberDocument, PaperDocument, PaperRepository
from spoeq_gst.invoices import RETURNED, returnable
from spoeq_gst.model import Taxation, answer
from spoeq_gst.model.papers import Recheck
from spoeq_gst.personal import PAPERS
from spoeq_gst.settings import GstSettings

TRACKING = "tracking.below_timeline"
STAFF = "admin.order.side"
SLOTS = ("order.actions", TRACKING, STAFF)

manifest = Manifest(
    name="gst",
    title="GST (India)",
    description="Rates by HSN code, day and price; CGST with SGST or UTGST, or IGST by the place of supply; invoices.",
    slots=SLOTS,
)

DEMO_GSTIN = "29AAGCN0000N1ZK"


@hookimpl
def register_settings() -> type[BaseModel]:
    """Who sells, and the rates."""
    return GstSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Invoices and credit notes, and their numbers."""
    return [PaperDocument, NumberDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who was billed."""
    return [PAPERS]


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Issuing when parcels leave and money goes back."""
    return subscribers.HANDLERS


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """Numbering what a crash left without a number."""
    return subscribers.SCHEDULES


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Editing rates, downloading returns."""
    return [
        Permission(admin.PERMISSION, "Edit the rates of GST", frozenset({"staff"})),
        Permission(returns.PERMISSION, "Download the tables for GST returns", frozenset({"staff"})),
    ]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The rates in the admin's navigation."""
    return [MenuEntry("GST rates", admin.PATH, admin.PERMISSION, "Settings", "orders", 70)]


@hookimpl
def register_routes() -> Routes:
    """The invoices, the rates' pages."""
    return Routes(api=api.blueprint, admin=admin.blueprint)


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
async def page_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """Links to the papers of a shopper's order."""
    return await _links(shop, slot, page)


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """Links to the papers on the staff's page of an order, and what staff may have to do about them."""
    links = await _links(shop, slot, page)
    if slot != STAFF:
        return links
    order = await order_for(shop, page["order"]["id"], staff=True)
    papers = await shop.repository(PaperRepository).of_order(order.id)
    credited = any(filed.paper.refund_id == RETURNED for filed in papers)
    data = {
        "order_id": order.id,
        "recheck": [_changed(row) for filed in papers[:1] for row in filed.paper.recheck],
        "returnable": returnable(order) and not credited,
    }
    return [*(links or ()), Fragment("gst/staff.html", data, weight=31)]


@hookimpl
async def demo_data(shop: Shop) -> bool | None:
    """A registered seller in Karnataka; the number holds, and nobody has it."""
    if shop.plugin_settings(GstSettings).gstin:
        return None
    await save_settings(shop, manifest.name, lambda now: {"gstin": DEMO_GSTIN})
    return True


def _changed(row: Recheck) -> dict[str, str]:
    return {"name": row.name, "was": f"{row.was.normalize():f}", "now": f"{row.now.normalize():f}"}


async def _links(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    if slot not in SLOTS:
        return None
    papers = await shop.repository(PaperRepository).of_order(page["order"]["id"])
    links = [
        {
            "number": filed.number,
            "is_invoice": not place,
            "path": f"/api/v1/orders/{filed.order_id}/{f'credit-notes/{place}' if place else 'invoice'}.pdf"
            + ("?" + urlencode({"token": order_token(shop, filed.order_id)}) if slot == TRACKING else ""),
        }
        for place, filed in enumerate(papers)
        if filed.issued
    ]
    return [Fragment("gst/links.html", {"papers": links}, weight=30)] if links else None
