"""Customer segments: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model

from spoeq_core.sdk import (
    Customer,
    Fragment,
    Manifest,
    MenuEntry,
    Permission,
    PersonalData,
    Routes,
    Segment,
    Shop,
    hookimpl,
)
from spoeq_segments import admin, api, service, showing
from spoeq_segments.documents import MemberDocument, SegmentDocument
from spoeq_segments.personal import MEMBERS

manifest = Manifest(
    name="segments",
    title="Customer segments",
    description="Groups of customers, chosen by hand or by what they have bought, for coupons, promotions and sales.",
    slots=(showing.SLOT,),
)


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Where segments and their members are kept."""
    return [SegmentDocument, MemberDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who was put into which."""
    return [MEMBERS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Making segments and choosing their members."""
    return [Permission(service.PERMISSION, "Manage customer segments", frozenset({"staff"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """Segments in the admin's navigation, below the customers."""
    return [MenuEntry("Customer segments", admin.PATH, service.PERMISSION, "Shop", "layers", 41)]


@hookimpl
def register_routes() -> Routes:
    """The API and the staff pages."""
    return Routes(api=api.blueprint, admin=admin.blueprint)


@hookimpl
async def customer_segments(shop: Shop, customer: Customer) -> Sequence[str]:
    """Those that the customer was put into, and those whose rule fits."""
    return await service.codes_of(shop, customer)


@hookimpl
async def known_segments(shop: Shop) -> Sequence[Segment]:
    """All of them, as they are stored: staff choose one right after they have made it."""
    return [Segment(segment.id, segment.name) for segment in await service.stored_segments(shop)]


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The segments of a customer."""
    return await showing.of_customer(shop, page) if slot == showing.SLOT else None
