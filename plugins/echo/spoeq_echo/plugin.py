"""Echo: what it adds to a shop that is being developed, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model

from spoeq_core.sdk import (
    Fragment,
    Manifest,
    PaymentProvider,
    Permission,
    PersonalData,
    PricingCart,
    Routes,
    Schedule,
    ShippingCarrier,
    ShippingOption,
    Shop,
    hookimpl,
    message,
)
from spoeq_echo import admin, carrier, pages
from spoeq_echo.documents import CallDocument, ConsignmentDocument, SessionDocument
from spoeq_echo.personal import CONSIGNMENTS
from spoeq_echo.provider import EchoPayment
from spoeq_echo.sending import EVERY, send_due

manifest = Manifest(
    name="echo",
    title="Echo",
    description="A payment gateway and a carrier that only pretend: for developing, never for a shop that sells.",
    slots=(admin.SLOT,),
    development=True,
)


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """What gateway and carrier know."""
    return [SessionDocument, CallDocument, ConsignmentDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Whose parcels."""
    return [CONSIGNMENTS]


@hookimpl
def register_payment_providers() -> Sequence[PaymentProvider]:
    """The gateway."""
    return [EchoPayment()]


@hookimpl
def register_carriers() -> Sequence[ShippingCarrier]:
    """The carrier."""
    return [carrier.EchoCarrier()]


@hookimpl
async def shipping_options(shop: Shop, cart: PricingCart) -> Sequence[ShippingOption]:
    """The carrier's rates."""
    return carrier.rates(shop, cart)


@hookimpl
def register_routes() -> Routes:
    """The pages of gateway and carrier, and staff's booking."""
    return Routes(pages=pages.blueprint, admin=admin.blueprint)


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Booking parcels."""
    return [Permission(admin.PERMISSION, message("Book parcels with Echo"), frozenset({"staff", "warehouse"}))]


@hookimpl
def register_schedules() -> Sequence[Schedule]:
    """The webhooks."""
    return [Schedule("echo.send", EVERY, send_due)]


@hookimpl
async def admin_fragments(shop: Shop, slot: str, page: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """The parcels of an order."""
    return [await admin.fragment(shop, page["order"]["id"])] if slot == admin.SLOT else None
