"""Gift wrap: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    Adjustment,
    CheckoutField,
    Declined,
    Event,
    Extension,
    Fragment,
    Handler,
    LineProperty,
    Manifest,
    MenuEntry,
    Migration,
    Permission,
    Phase,
    PricingCart,
    Routes,
    Shop,
    hookimpl,
    money,
)
from spoeq_gift_wrap import admin, api, subscribers
from spoeq_gift_wrap.documents import WrapDocument, count_pieces
from spoeq_gift_wrap.model import FIELD, LONGEST, MESSAGE, PAPERS, GiftProduct, surcharges
from spoeq_gift_wrap.settings import GiftWrapSettings

SLOTS = ("product.delivery", "cart.below_summary")

manifest = Manifest(
    name="gift_wrap",
    title="Gift wrap",
    description="Paper round the parcel, chosen in the checkout, and a card for the products that take one.",
    slots=SLOTS,
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """The price, and the workshop's key."""
    return GiftWrapSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """What is to be wrapped."""
    return [WrapDocument]


@hookimpl
def register_migrations() -> Sequence[Migration]:
    """From what 0.0 kept to what this version reads."""
    return [Migration(1, "Say of each gift how many pieces it is", count_pieces)]


@hookimpl
def register_extensions() -> Sequence[Extension]:
    """A tick at each product, also a column of the product CSV."""
    return [Extension("product", GiftProduct, columns=frozenset({MESSAGE}))]


@hookimpl
def register_line_properties() -> Sequence[LineProperty]:
    """The message, for products with the tick."""
    return [
        LineProperty(
            name=MESSAGE,
            label="Gift message",
            max_length=LONGEST,
            hint="We write it on a card, up to 200 characters.",
            multiline=True,
            flag=MESSAGE,
        )
    ]


@hookimpl
def register_checkout_fields() -> Sequence[CheckoutField]:
    """The paper."""
    return [
        CheckoutField(
            FIELD, "Gift wrap", kind="choice", choices=PAPERS, hint="Each piece is wrapped on its own, without a price."
        )
    ]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Wrapping."""
    return [Permission(admin.PERMISSION, "See and tick off what is to be wrapped", frozenset({"staff", "warehouse"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The page in the admin's navigation."""
    return [MenuEntry("Gift wrap", admin.PATH, admin.PERMISSION, "Shop", "box", 36)]


@hookimpl
def register_routes() -> Routes:
    """The workshop's list, the staff page."""
    return Routes(api=api.blueprint, admin=admin.blueprint)


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Orders that come and go."""
    return subscribers.HANDLERS


@hookimpl
async def pricing_facts(shop: Shop) -> Mapping[str, Any]:
    """What a wrap costs now."""
    return {"price": shop.plugin_settings(GiftWrapSettings).price}


@hookimpl
async def price_adjustments(
    cart: PricingCart, facts: Mapping[str, Any], phase: Phase
) -> Sequence[Adjustment | Declined] | None:
    """The price of the paper, on each piece."""
    return surcharges(cart, facts) if phase is Phase.ITEM else None


@hookimpl
async def page_fragments(shop: Shop, slot: str) -> Sequence[Fragment] | None:
    """That gifts are wrapped, and for how much."""
    if slot not in SLOTS:
        return None
    price = money(shop.plugin_settings(GiftWrapSettings).price, shop.profile.currency)
    return [Fragment("gift_wrap/note.html", {"price": price if price["amount"] else None}, weight=60)]
