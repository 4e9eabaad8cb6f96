"""Staff pages: the list of orders, its views and its filters."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from quart import Blueprint, Response

from spoeq_core.desk.service import views_of
from spoeq_core.orders.finding import (
    MOST_COUNTED,
    OrderFilter,
    any_order,
    count_open,
    count_orders,
    find_orders,
    matching,
)
from spoeq_core.orders.model import FulfilmentStatus, OrderStatus
from spoeq_core.orders.model.states import OPEN
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.admin.boards import BOARDS
from spoeq_core.web.admin.lists import Tab, asked, chip, day_of, own_view, query_of, tab_views
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import order_row

blueprint = Blueprint("admin_orders", __name__)

PATH = "/admin/orders"
PER_PAGE = 50
COLUMNS = ("placed", "customer", "pin", "status", "payment", "fulfilment", "total")
TABS = (
    Tab("all"),
    Tab("to_pack", {"status": "confirmed"}),
    Tab("cod_to_confirm", {"status": "confirmed", "payment": "pending_cod"}),
    Tab("packing", {"status": "processing"}),
    Tab("unpaid", {"status": "pending_payment"}),
    Tab("on_the_way", {"status": "shipped"}),
    Tab("delivered", {"status": "delivered"}),
    Tab("returned", {"fulfilment": "returned"}),
    Tab("cancelled", {"status": "cancelled"}),
)
E_ = TypeVar("E_", bound=StrEnum)


@blueprint.get("/orders")
@staff("orders.view")
async def index() -> Response:
    """Orders, as the address says."""
    shop, actor = current_shop(), await current_actor()
    given = asked(BOARDS["orders"][1])
    wanted = filter_of(given)
    now = {name: text for name, text in given.items() if name == "cols" or _is_meant(wanted, name)}
    found = await find_orders(shop, wanted, cursor=query_text("cursor"), limit=PER_PAGE)
    counts = await count_open(shop)
    total = await _total(shop, wanted, len(found.items), more=bool(found.next) or bool(query_text("cursor")))
    saved = await views_of(shop, "orders", actor.id)
    tab_counts = {tab.key: matching(counts, filter_of(tab.query)) for tab in TABS if tab.query.get("status") in OPEN}
    views = tab_views(PATH, TABS, saved, now, tab_counts)
    return await render(
        "admin",
        "pages/orders.html",
        page=page("Orders"),
        orders=[order_row(order) for order in found.items],
        views=views,
        view=own_view(views, actor),
        now=now,
        query=query_of(now),
        chips=_chips(now),
        columns=_columns(now),
        all_columns=COLUMNS,
        payments=[status.value for status in PaymentStatus],
        total=total,
        uncounted=total > MOST_COUNTED,
        shop_is_new=not (found.items or counts or await any_order(shop)),
        q=wanted.q,
        next_url=link(PATH, {**now, "cursor": found.next}) if found.next else "",
        first_url=link(PATH, now) if query_text("cursor") else "",
    )


def filter_of(values: Mapping[str, str]) -> OrderFilter:
    """What a query asks for; values that make no sense are as if they were not there."""
    pin = values.get("pin", "")
    return OrderFilter(
        status=_one_of(OrderStatus, values.get("status", "")),
        payment=_one_of(PaymentStatus, values.get("payment", "")),
        fulfilment=_one_of(FulfilmentStatus, values.get("fulfilment", "")),
        since=day_of(values.get("since", "")),
        until=day_of(values.get("until", "")),
        pin=pin if pin.isdecimal() and len(pin) <= 6 else "",  # noqa: PLR2004 - an Indian PIN code
        flagged=bool(values.get("flagged")),
        q=values.get("q", ""),
        oldest=values.get("sort") == "oldest",
    )


def _is_meant(wanted: OrderFilter, name: str) -> bool:
    """Whether that part of the address made sense."""
    return bool(wanted.oldest if name == "sort" else getattr(wanted, name))


async def _total(shop: Shop, wanted: OrderFilter, shown: int, *, more: bool) -> int:
    return await count_orders(shop, wanted, most=MOST_COUNTED + 1) if more else shown


def _one_of(kind: type[E_], text: str) -> E_ | None:
    return kind(text) if text in set(kind) else None


def _columns(now: Mapping[str, str]) -> list[str]:
    chosen = now.get("cols", "").split(",")
    return [name for name in COLUMNS if name in chosen] or list(COLUMNS)


def _chips(now: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters in use beside the view; the template has their words."""
    known = [name for name in ("payment", "fulfilment", "pin", "flagged", "q") if now.get(name)]
    found = [chip(name, PATH, now, name, value=now[name]) for name in known]
    if now.get("since") or now.get("until"):
        value = f"{now.get('since', '')}/{now.get('until', '')}"
        found.append(chip("placed", PATH, now, "since", "until", value=value))
    return found
