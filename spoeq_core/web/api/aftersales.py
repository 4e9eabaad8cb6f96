"""JSON: money given back."""

from __future__ import annotations

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.identity.model import Role
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.ids import derived_id, new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order, RefundStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, current_actor, staff
from spoeq_core.web.api.orders import TAGS
from spoeq_core.web.api.shapes.orders import OrderShape
from spoeq_core.web.api.shopping import Amount, LinePieces, Text, amount_of, by_line, idempotency_key
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import IDEMPOTENCY_KEY, operation
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("api_aftersales", __name__)


class NewRefund(Body):
    """How much is given back, or for which pieces; with both, the amount counts and the pieces say what comes back.

    `restock`: the pieces are here and go on the shelf again. `reference`: of a transfer that is made by hand.
    """

    amount: Amount | None = None
    lines: list[LinePieces] = Field(default_factory=list, max_length=500)
    reason: str = Field(min_length=1, max_length=500)
    restock: bool = False
    reference: Text = ""


@blueprint.post("/orders/<order_id>/refund")
@staff("orders.refund")
@operation(
    "Give money back",
    tags=TAGS,
    request=NewRefund,
    headers=[IDEMPOTENCY_KEY],
    responses={201: OrderShape, 404: None},
)
async def give_back(order_id: str) -> Response:
    """Give money back through the provider that took it, or record that it was given by hand."""
    shop, actor, body, key = current_shop(), await current_actor(), await read_body(NewRefund), idempotency_key()
    order = await orders.order_for(shop, order_id, staff=True)
    amount = None if body.amount is None else amount_of(body.amount, shop, "amount")
    wish = RefundWish(body.reason, amount, by_line(body.lines), body.restock, body.reference)

    refund_id = derived_id(f"{order.id}:{actor.id}:{key}") if key else new_id()

    async def refund() -> Response:
        changed = await orders.refund(shop, order.id, wish, actor=actor.name, refund_id=refund_id, cap=_cap(actor))
        await _note(shop, changed, refund_id)
        return json_response(order_view(shop, changed, staff=True), 201)

    return await once(shop, key, f"refund:{order.id}:{actor.id}", refund)


async def _note(shop: Shop, order: Order, refund_id: str) -> None:
    """Write into the audit log what was given back; refuse where the provider did."""
    actor, done = await current_actor(), order.refund(refund_id)
    if done is None or done.status is RefundStatus.FAILED:
        raise Conflict("The payment provider declined this refund.", hint="See the order.", code="refund_declined")
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(shop, "order.refunded", f"order:{order.id}", detail={"amount": done.amount}, **by)


def _cap(actor: Actor) -> int | None:
    """What the role may give back at once."""
    return current_shop().profile.support_refund_cap if actor.role == Role.SUPPORT else None
