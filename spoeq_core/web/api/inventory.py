"""JSON: stock, for staff."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HOME, LONGEST_NOTE, MAX_PIECES, Movement, Stock
from spoeq_core.kernel.ids import derived_id
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.api.shapes.catalog import StockList, StockLog, StockRow
from spoeq_core.web.api.shopping import idempotency_key
from spoeq_core.web.bodies import Body, json_response, query_flag, query_int, query_text, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import CURSOR, FLAG, IDEMPOTENCY_KEY, PER_PAGE, Parameter, operation, whole_number

blueprint = Blueprint("api_inventory", __name__)

TAGS = ("Inventory",)
LAST_PAGE = 100_000


class Adjustment(Body):
    """Pieces more, or fewer with a minus, and why; `location` is the code of the place where they are."""

    delta: int = Field(ge=-MAX_PIECES, le=MAX_PIECES)
    reason: str = Field(min_length=1, max_length=LONGEST_NOTE)
    location: str = Field(HOME, min_length=1, max_length=20)


@blueprint.get("/inventory")
@staff("inventory.view")
@operation(
    "Stock by SKU",
    tags=TAGS,
    query={
        "low": Parameter("1: at the threshold or under it", FLAG),
        "q": "Part of a SKU or name",
        "location": "What lies at the location of that code",
        "page": whole_number("Which page", 1, LAST_PAGE),
        "per_page": PER_PAGE,
    },
    responses={200: StockList},
)
async def index() -> Response:
    """A page of the stock."""
    shop, location = current_shop(), query_text("location")
    if location:
        await inventory.require_location(shop, location)
    found = await inventory.list_stock(
        shop,
        text=query_text("q"),
        low=query_flag("low"),
        location=location,
        page=query_int("page", 1, minimum=1, maximum=LAST_PAGE),
        per_page=query_int("per_page", 50, minimum=1, maximum=100),
    )
    items = [stock_view(stock) for stock in found.items]
    return json_response({"items": items, "total": found.total, "page": found.page, "per_page": found.per_page})


@blueprint.post("/inventory/<sku>/adjust")
@staff("inventory.manage")
@operation(
    "Book pieces that were counted, found or lost",
    tags=TAGS,
    request=Adjustment,
    headers=[IDEMPOTENCY_KEY],
    responses={200: StockRow, 404: None, 409: "Pieces that orders hold, or that are not there, cannot be taken away"},
)
async def adjust(sku: str) -> Response:
    """Book a change; what is promised to orders stays."""
    shop, body, actor, key = current_shop(), await read_body(Adjustment), await current_actor(), idempotency_key()
    scope = f"adjust:{sku}:{actor.id}"
    once_id = derived_id(f"{scope}:{key}") if key else ""

    async def book() -> Response:
        how = {"location": body.location, "adjustment_id": once_id}
        return json_response(stock_view(await inventory.adjust(shop, sku, body.delta, body.reason, actor.id, **how)))

    return await once(shop, key, scope, book)


@blueprint.get("/inventory/<sku>/log")
@staff("inventory.view")
@operation(
    "Movements of a SKU, newest first",
    tags=TAGS,
    query={"cursor": CURSOR, "per_page": PER_PAGE},
    responses={200: StockLog, 404: None},
)
async def log(sku: str) -> Response:
    """A page of the log; all its rows together sum to the stock."""
    rows, following = await inventory.log_of(
        current_shop(), sku, query_text("cursor") or None, limit=query_int("per_page", 50, minimum=1, maximum=100)
    )
    return json_response({"items": [_movement(row) for row in rows], "next": following})


def stock_view(stock: Stock) -> dict[str, Any]:
    """The stock of a SKU as it is answered."""
    return {
        "sku": stock.sku,
        "name": stock.name,
        "product_id": stock.product_id,
        "on_hand": stock.on_hand,
        "reserved": stock.reserved,
        "available": stock.available,
        "backordered": stock.backordered,
        "backorder_limit": stock.backorder_limit,
        "threshold": stock.threshold,
        "state": stock.state,
        "locations": stock.lying,
    }


def _movement(row: Movement) -> dict[str, Any]:
    return {
        "id": row.id,
        "sku": row.sku,
        "location": row.location,
        "delta": row.delta,
        "reserved_delta": row.reserved_delta,
        "reason": row.reason.value,
        "note": row.note,
        "ref": row.ref,
        "actor": row.actor,
        "at": row.at,
    }
