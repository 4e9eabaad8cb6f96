"""JSON: payments. What a provider sends by itself comes to its plugin's own routes."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.checkout.service import pay
from spoeq_core.orders import service as orders
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.api.shapes.orders import PlacedOrder
from spoeq_core.web.api.shopping import Text, idempotency_key
from spoeq_core.web.bodies import Body, json_response, query_text, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import IDEMPOTENCY_KEY, operation
from spoeq_core.web.views.orders import placed_view

blueprint = Blueprint("api_payments", __name__)


class Intent(Body):
    """The order that is to be paid."""

    order_id: Text


@blueprint.post("/payments/intent")
@public
@operation(
    "Begin the payment of an order",
    tags=["Payments"],
    request=Intent,
    query={"token": "From the confirmation"},
    headers=[IDEMPOTENCY_KEY],
    responses={200: PlacedOrder, 404: None, 409: None},
)
async def create_intent() -> Response:
    """The next step of an order's payment."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(Intent)
    order = await orders.order_for(
        shop,
        body.order_id,
        customer_id=actor.id if actor.kind == "customer" else None,
        token=query_text("token"),
        staff=actor.may("orders.manage"),
    )

    async def begin() -> Response:
        return json_response(placed_view(shop, await pay(shop, order)))

    return await once(shop, idempotency_key(), f"intent:{order.id}", begin)
