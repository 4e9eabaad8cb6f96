"""Staff pages: an order on paper, with its prices or as a packing slip without them."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.kernel.messages import message
from spoeq_core.orders import service as orders
from spoeq_core.pricing.shape import money
from spoeq_core.web.access import staff
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("admin_printing", __name__)


@blueprint.get("/orders/<order_id>/print")
@staff("orders.view")
async def print_order(order_id: str) -> Response:
    """The order with its prices."""
    shop = current_shop()
    order = await orders.order_for(shop, order_id, staff=True)
    title = message("Order %(number)s", number=order.number)
    return await render("admin", "print/order.html", page=page(title), order=order_view(shop, order, staff=True))


@blueprint.get("/orders/<order_id>/packing-slip")
@staff("orders.view")
async def print_packing_slip(order_id: str) -> Response:
    """What is still to be packed of the order, or all of it once nothing is; what the courier collects."""
    shop = current_shop()
    order = await orders.order_for(shop, order_id, staff=True)
    view = order_view(shop, order, staff=True)
    left = order.unshipped()
    lines = [{**line, "left": left.get(line["id"], 0)} for line in view["items"] if left.get(line["id"])]
    return await render(
        "admin",
        "print/packing_slip.html",
        page=page(message("Packing slip of order %(number)s", number=order.number)),
        order=view,
        lines=lines or [{**line, "left": line["quantity"]} for line in view["items"]],
        collect=money(order.grand_total, order.currency) if order.payment_status.value == "pending_cod" else None,
    )
