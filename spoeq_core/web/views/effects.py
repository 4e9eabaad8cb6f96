"""What a plugin does in this shop, in kinds that merchants know: what goes when it is switched off."""

from __future__ import annotations

from typing import Any

from spoeq_core.hooks import app as app_hooks
from spoeq_core.shop import Shop

KINDS = {
    "register_payment_providers": "payment",
    "shipping_options": "delivery",
    "price_adjustments": "prices",
    "checkout_problems": "checkout",
    "order_quotas": "checkout",
    "page_fragments": "storefront",
    "register_channels": "messages",
    "admin_fragments": "admin",
    "register_menu": "menu",
    "register_extensions": "fields",
    "register_subscribers": "events",
    "register_schedules": "schedules",
    "head_tags": "search_engines",
    "sitemap_entries": "search_engines",
}
"""What a hook means to a merchant, in the order in which it matters to shoppers."""


def effects_of(shop: Shop, name: str) -> list[dict[str, Any]]:
    """The kinds of things the plugin brings, each with the names of the things where they have some."""
    answered = set(shop.hooks.hooks_of(name))
    kinds = dict.fromkeys(kind for hook, kind in KINDS.items() if hook in answered)
    menu = [
        entry.label
        for part in shop.hooks.all_parts(app_hooks.register_menu)
        if part.plugin == name
        for entry in part.value
    ]
    return [{"kind": kind, "names": menu if kind == "menu" else []} for kind in kinds]
