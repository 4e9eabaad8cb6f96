"""Paying online: off to the gateway once more, and back from it. Opened by the order's owner, or with its token."""

from __future__ import annotations

import logging
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.checkout.service import is_payable, pay
from spoeq_core.kernel.errors import Conflict, Unavailable
from spoeq_core.kernel.messages import message
from spoeq_core.orders.hearing import verify
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import order_for
from spoeq_core.orders.tokens import order_token
from spoeq_core.payments.model import PaymentStatus
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.answers import see_other
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.security import csrf_exempt, limit_visitor
from spoeq_core.web.storefront.leaving import lead_to

blueprint = Blueprint("pages_paying", __name__)

log = logging.getLogger(__name__)

NOT_NOW = message("The payment cannot be begun right now. Nothing was charged; please try again in a moment.")


def paying_view(shop: Shop, order: Order) -> dict[str, Any] | None:
    """How an order that waits for its money is paid: `{url, failed, reason}`; None where nothing is to be paid."""
    if order.status is not OrderStatus.PENDING_PAYMENT or not is_payable(order):
        return None
    failed = order.payment_status is PaymentStatus.FAILED
    reasons = [entry.note for entry in order.timeline if entry.kind == "payment_failed"] if failed else []
    return {
        "url": f"/orders/{order.id}/pay?token={order_token(shop, order.id)}",
        "failed": failed,
        "reason": translate(reasons[-1]) if reasons and reasons[-1] else "",
    }


@blueprint.post("/orders/<ulid:order_id>/pay")
@public
async def begin(order_id: str) -> Response:
    """To the gateway; back to the order where nothing is to be paid any more."""
    shop = current_shop()
    order = await _order(shop, order_id)
    await limit_visitor(shop, "pay", times=30, seconds=60)
    try:
        placed = await pay(shop, order)
    except Conflict:
        return see_other(_confirmation(shop, order))
    if placed.next_action.type == "redirect":
        return await lead_to(placed.next_action.url)
    back = see_other(_confirmation(shop, order))
    return back if placed.order.status is not OrderStatus.PENDING_PAYMENT else flash(back, NOT_NOW, "danger")


@blueprint.route("/orders/<ulid:order_id>/return", methods=["GET", "POST"])
@public
@csrf_exempt
async def come_back(order_id: str) -> Response:
    """From the gateway, with its fields in the address or posted across sites; then the order, as it is now."""
    shop = current_shop()
    order = await _order(shop, order_id)
    await limit_visitor(shop, "verify", times=60, seconds=60)
    fields = {name: value for name, value in (await request.values).items() if name != "token"}
    try:
        await verify(shop, order, fields)
    except (Conflict, Unavailable) as error:
        log.info("order %s is shown as it is: %s", order.id, error)
    return see_other(_confirmation(shop, order))


async def _order(shop: Shop, order_id: str) -> Order:
    actor = await current_actor()
    customer_id = actor.id if actor.kind == "customer" else None
    return await order_for(shop, order_id, customer_id=customer_id, token=request.args.get("token", ""))


def _confirmation(shop: Shop, order: Order) -> str:
    return f"/orders/{order.id}/confirmation?token={order_token(shop, order.id)}"
