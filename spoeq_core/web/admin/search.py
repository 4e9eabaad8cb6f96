"""Staff pages: one search over orders, products, customers and the admin's own pages; and their shortcuts' switch."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import ProductQuery, ProductStatus
from spoeq_core.identity import service as identity
from spoeq_core.orders.finding import OrderFilter, find_orders
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import query_flag, query_text, read_form
from spoeq_core.web.common import KEYS_COOKIE, menu_for, page
from spoeq_core.web.context import current_shop
from spoeq_core.web.formats import format_amount
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render
from spoeq_core.web.views.masking import masked_email

blueprint = Blueprint("admin_search", __name__)

PATH = "/admin/search"
MOST = 5
SHORTEST = 2
YEAR = 365 * 24 * 3600
Hit = dict[str, str]


@blueprint.get("/search")
@staff("dashboard.view")
async def search() -> Response:
    """What begins with or holds the words, by kind; `partial` is the list alone, for the module."""
    shop, actor, q = current_shop(), await current_actor(), query_text("q", longest=100)
    kinds: list[tuple[str, str, Callable[[Shop, str], Awaitable[list[Hit]]]]] = [
        ("orders", "orders.view", _orders),
        ("products", "catalog.view", _products),
        ("customers", "customers.view", _customers),
    ]
    allowed = [(key, find) for key, permission, find in kinds if actor.may(permission)] if len(q) >= SHORTEST else []
    found = await asyncio.gather(*(find(shop, q) for _, find in allowed))
    pages = [
        {"label": label, "url": entry.url, "more": ""}
        for entry in menu_for(shop, actor)
        if q.casefold() in f"{(label := translate(entry.label))} {entry.label}".casefold()
    ]
    groups: list[dict[str, Any]] = [{"key": key, "hits": hits} for (key, _), hits in zip(allowed, found, strict=True)]
    shown = [group for group in [*groups, {"key": "pages", "hits": pages}] if group["hits"]]
    template = "partials/found.html" if query_flag("partial") else "pages/search.html"
    return await render("admin", template, page=page("Search"), groups=shown, q=q)


@blueprint.post("/shortcuts")
@staff("dashboard.view")
async def shortcuts() -> Response:
    """Switch the single-key shortcuts on or off in this browser (WCAG 2.1.4)."""
    form = await read_form()
    came = request.headers.get("Referer", "")
    base = request.host_url.rstrip("/")
    response = see_other(came.removeprefix(base) if came.startswith(f"{base}/admin") else "/admin")
    value = "off" if form.text("shortcuts") == "off" else "on"
    secure = current_shop().settings.secure_cookies
    response.set_cookie(KEYS_COOKIE, value, max_age=YEAR, samesite="Lax", secure=secure, httponly=True, path="/admin")
    return response


async def _orders(shop: Shop, q: str) -> list[Hit]:
    found = await find_orders(shop, OrderFilter(q=q), limit=MOST)
    return [
        {
            "label": order.number,
            "url": f"/admin/orders/{order.id}",
            "more": f"{order.shipping_address.name}, {format_amount(order.grand_total, order.currency)}",
        }
        for order in found.items
    ]


async def _products(shop: Shop, q: str) -> list[Hit]:
    found = await catalog.list_products(
        shop, ProductQuery(text=q, per_page=MOST, statuses=tuple(ProductStatus)), counted=0
    )
    return [
        {
            "label": item.name,
            "url": f"/admin/products/{item.id}",
            "more": item.status.value if item.status != "active" else "",
        }
        for item in found.items
    ]


async def _customers(shop: Shop, q: str) -> list[Hit]:
    found = await identity.find_customers(shop, text=q, limit=MOST)
    return [
        {"label": item.name or mail, "url": f"/admin/customers/{item.id}", "more": mail}
        for item in found
        if (mail := masked_email(item.email))
    ]
