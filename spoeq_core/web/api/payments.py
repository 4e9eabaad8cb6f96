"""JSON: payments begun, those that shoppers come back from, and what gateways tell by themselves."""

from __future__ import annotations

from typing import cast

from pydantic import ConfigDict
from quart import Blueprint, Response, request

from spoeq_core.checkout.service import pay
from spoeq_core.kernel.errors import Invalid
from spoeq_core.orders import service as orders
from spoeq_core.orders.hearing import hear, verify
from spoeq_core.orders.model import Order
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.api.shapes.orders import OrderShape, PlacedOrder
from spoeq_core.web.api.shopping import Text, idempotency_key
from spoeq_core.web.bodies import Body, json_response, query_text, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import IDEMPOTENCY_KEY, Content, operation
from spoeq_core.web.security import limit_visitor
from spoeq_core.web.security.csrf import csrf_exempt
from spoeq_core.web.views.orders import order_view, placed_view

blueprint = Blueprint("api_payments", __name__)


LONGEST_FIELD = 2000
MOST_FIELDS = 40


class Verification(Body):
    """The order, and beside it whatever fields its gateway gave to the app: texts."""

    model_config = ConfigDict(extra="allow")

    order_id: Text


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
    shop, body = current_shop(), await read_body(Intent)
    order = await _payable(body.order_id)

    async def begin() -> Response:
        return json_response(placed_view(shop, await pay(shop, order)))

    return await once(shop, idempotency_key(), f"intent:{order.id}", begin)


@blueprint.post("/payments/verify")
@public
@operation(
    "The order after its buyer came back from the gateway",
    tags=["Payments"],
    request=Verification,
    query={"token": "From the confirmation"},
    responses={200: OrderShape, 404: None, 409: None, 503: None},
)
async def verify_payment() -> Response:
    """The order, paid or not; what the gateway's fields are to prove is the provider's business."""
    shop, body = current_shop(), await read_body(Verification)
    order = await _payable(body.order_id)
    await limit_visitor(shop, "verify", times=60, seconds=60)
    return json_response(order_view(shop, await verify(shop, order, _fields(body))))


@blueprint.post("/payments/webhook/<provider>")
@public
@csrf_exempt
@operation(
    "What a payment gateway tells by itself",
    tags=["Payments"],
    request=Content({}, media="*/*"),
    responses={202: "It is stored, and taken in by the worker", 400: None, 404: None, 503: None},
)
async def webhook(provider: str) -> Response:
    """Store the message if the gateway signed it."""
    body = cast(bytes, await request.get_data(as_text=False))
    await hear(current_shop(), provider, body, {name.lower(): value for name, value in request.headers.items()})
    return Response("", 202)


async def _payable(order_id: str) -> Order:
    actor = await current_actor()
    return await orders.order_for(
        current_shop(),
        order_id,
        customer_id=actor.id if actor.kind == "customer" else None,
        token=query_text("token"),
        staff=actor.may("orders.manage"),
    )


def _fields(body: Verification) -> dict[str, str]:
    sent = body.model_extra or {}
    wrong = [name for name, value in sent.items() if not isinstance(value, str) or len(value) > LONGEST_FIELD]
    if wrong or len(sent) > MOST_FIELDS:
        raise Invalid.field(wrong[0] if wrong else "", "Send the gateway's fields as texts.", "type")
    return sent
