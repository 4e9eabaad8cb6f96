"""Staff page: how many wait for what."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import current_shop, page, render, staff
from spoeq_restock.service import queues

PATH = "/admin/restock"
PERMISSION = "restock.view"

blueprint = Blueprint("restock_admin", __name__)


@blueprint.get("/restock")
@staff(PERMISSION)
async def index() -> Response:
    """The SKUs that somebody waits for, the most wanted first."""
    rows = [
        {
            "sku": queue.sku,
            "name": found.product.name if found else "",
            "options": dict(found.variant.options) if found else {},
            "available": found.stock.available if found else 0,
            "waiting": queue.waiting,
            "since": queue.since,
        }
        for queue, found in await queues(current_shop())
    ]
    return await render("admin", "restock/list.html", page=page("Waiting for stock"), rows=rows)
