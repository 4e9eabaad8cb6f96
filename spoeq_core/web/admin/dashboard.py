"""Staff's start page: what needs doing, how sales go, what came in last."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from quart import Blueprint, Response

from spoeq_core.inventory.service import list_stock
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.orders.finding import OrderFilter, States, count_open, count_orders, matching
from spoeq_core.orders.listing import list_orders
from spoeq_core.orders.statistics import DaySales, sales_by_day
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.admin.orders import TABS, filter_of
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.formats import day, short_amount
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.charts import Series, chart
from spoeq_core.web.views.money import money
from spoeq_core.web.views.orders import order_row

blueprint = Blueprint("admin_dashboard", __name__)

RANGES = (7, 30, 90)
TODO = {"to_pack": "todo", "cod_to_confirm": "todo", "packing": "todo", "unpaid": "info"}


@blueprint.get("")
@staff("dashboard.view")
async def dashboard() -> Response:
    """What needs doing first, then how sales go."""
    shop, actor = current_shop(), await current_actor()
    sees_orders = actor.may("orders.view")
    counts = await count_open(shop) if sees_orders else Counter[States]()
    recent = await list_orders(shop, limit=8) if sees_orders else None
    days = int(query_text("days")) if query_text("days") in {str(number) for number in RANGES} else RANGES[0]
    return await render(
        "admin",
        "pages/dashboard.html",
        page=page("Today"),
        cards=await _cards(shop, actor, counts),
        sales=await _sales(shop, days) if actor.may("orders.manage") else None,
        ranges=[
            {"days": number, "url": link("/admin", {"days": str(number)}), "active": number == days}
            for number in RANGES
        ],
        recent_orders=[order_row(order) for order in recent.items] if recent else [],
    )


async def _cards(shop: Shop, actor: Actor, counts: Counter[States]) -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = []
    if actor.may("orders.view"):
        tabs = {tab.key: tab for tab in TABS}
        cards += [
            _card(key, matching(counts, filter_of(tabs[key].query)), link("/admin/orders", dict(tabs[key].query)), kind)
            for key, kind in TODO.items()
        ]
        flagged = await count_orders(shop, OrderFilter(flagged=True))
        if flagged:
            cards.append(_card("flagged", flagged, "/admin/orders?flagged=1", "danger"))
    if actor.may("inventory.view"):
        low = await list_stock(shop, low=True, per_page=1)
        cards.append(_card("low", low.total, "/admin/inventory?low=1", "warn"))
    if actor.may("dead_letters.manage"):
        dead = await DeadLetters(shop.mongo, shop.clock).count()
        if dead:
            cards.append(_card("dead", dead, "/admin/dead-letters", "danger"))
    return cards


def _card(key: str, value: int, url: str, kind: str) -> dict[str, Any]:
    return {"key": key, "value": value, "url": url, "kind": kind if value else "none"}


async def _sales(shop: Shop, days: int) -> dict[str, Any]:
    """This period, which ends today, beside the one before it."""
    today = shop.clock.now().astimezone(ZoneInfo(shop.profile.timezone)).date()
    first = today - timedelta(days=days - 1)
    now, before = await asyncio.gather(
        sales_by_day(shop, first, days), sales_by_day(shop, first - timedelta(days=days), days)
    )
    totals, old_totals = [item.total for item in now], [item.total for item in before]
    currency = shop.profile.currency
    labels = [day(item.day).rpartition(" ")[0] for item in now]
    return {
        "days": days,
        "figures": _figures(shop, now, before),
        "chart": chart(
            labels, Series("now", totals), Series("before", old_totals), partial(short_amount, currency=currency)
        ),
        "rows": [
            {
                "day": item.day,
                "orders": item.orders,
                "total": money(item.total, currency),
                "before": money(old.total, currency),
            }
            for item, old in zip(now, before, strict=True)
        ],
    }


def _figures(shop: Shop, now: Sequence[DaySales], before: Sequence[DaySales]) -> list[dict[str, Any]]:
    currency = shop.profile.currency
    total, old = sum(item.total for item in now), sum(item.total for item in before)
    orders, old_orders = sum(item.orders for item in now), sum(item.orders for item in before)
    average, old_average = total // max(1, orders), old // max(1, old_orders)
    return [
        {"key": "sales", "value": money(total, currency), "change": _change(total, old)},
        {"key": "orders", "value": orders, "change": _change(orders, old_orders)},
        {"key": "average", "value": money(average, currency), "change": _change(average, old_average)},
    ]


def _change(now: int, before: int) -> int | None:
    """By how many per cent it grew, towards zero; None where there is nothing to compare with."""
    return int((now - before) * 100 / before) if before else None
