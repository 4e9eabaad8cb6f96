"""JSON: placed orders that are changed: by staff, and pieces taken out by whoever bought them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, StrictInt
from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.kernel.ids import derived_id, new_id
from spoeq_core.orders import service as orders
from spoeq_core.orders.editing import cancel_lines, edit_order, plan_edit, plan_lines
from spoeq_core.orders.model import Order, OrderEdit
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, staff
from spoeq_core.web.api.orders import TAGS, TOKEN, readable_order
from spoeq_core.web.api.shapes.orders import OrderEditShape
from spoeq_core.web.api.shopping import (
    AddressBody,
    Amount,
    LinePieces,
    Quantity,
    Text,
    amount_of,
    by_line,
    idempotency_key,
    wanted_version,
    whole_number_of,
)
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.idempotency import once
from spoeq_core.web.openapi import IDEMPOTENCY_KEY, IF_MATCH, operation
from spoeq_core.web.views.edits import edit_view
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("api_order_edits", __name__)


class LineNow(Body):
    """A line, by its id, and how many pieces it is to have; 0 takes it out."""

    id: Text
    quantity: Annotated[StrictInt, BeforeValidator(whole_number_of), Field(ge=0)]


class AddedPieces(Body):
    """Pieces of a SKU, sold as it is sold now."""

    sku: Text
    quantity: Quantity


class NewEdit(Body):
    """What is to be different. `dry_run` only says what it comes to; `expected_total` refuses any other total."""

    lines: list[LineNow] = Field(default_factory=list, max_length=500)
    add: list[AddedPieces] = Field(default_factory=list, max_length=100)
    shipping_address: AddressBody | None = None
    shipping_method: Text = ""
    reason: str = Field("", max_length=500)
    dry_run: bool = False
    expected_total: Amount | None = None


class LinesOut(Body):
    """Pieces by line that are not wanted any more. `dry_run` only says what it comes to."""

    items: list[LinePieces] = Field(min_length=1, max_length=500)
    reason: str = Field("", max_length=500)
    dry_run: bool = False


@blueprint.post("/orders/<order_id>/edits")
@staff("orders.manage")
@operation(
    "Change a placed order, or see what that would come to",
    tags=TAGS,
    request=NewEdit,
    headers=[IDEMPOTENCY_KEY, IF_MATCH],
    responses={200: OrderEditShape, 404: None, 409: None, 503: None},
)
async def edit(order_id: str) -> Response:
    """Pieces, lines, address and delivery, until a parcel has left; then only what is still here can be taken out."""
    shop, actor, body, key = current_shop(), await current_actor(), await read_body(NewEdit), idempotency_key()
    order, wish = await orders.order_for(shop, order_id, staff=True), _wish(body)
    change_id = _change_id(order, actor.id, key)
    if body.dry_run:
        planned = await plan_edit(shop, order, wish, change_id=change_id, actor=actor.name)
        return await _answer(shop, planned, by_staff=True, dry_run=True)
    version = wanted_version()
    total = None if body.expected_total is None else amount_of(body.expected_total, shop, "expected_total")

    async def change() -> Response:
        changed = await edit_order(
            shop, order.id, wish, change_id=change_id, actor=actor.name, version=version, expected_total=total
        )
        by = {"actor_id": actor.id, "actor_name": actor.name}
        await record(shop, "order.edited", f"order:{order.id}", detail={"total": changed.grand_total}, **by)
        return await _answer(shop, changed, by_staff=True)

    return await once(shop, key, f"edit:{order.id}:{actor.id}", change)


@blueprint.post("/orders/<order_id>/cancel-lines")
@public
@operation(
    "Cancel pieces of an order",
    tags=TAGS,
    request=LinesOut,
    query=TOKEN,
    headers=[IDEMPOTENCY_KEY],
    responses={200: OrderEditShape, 404: None, 409: None},
)
async def cancel_pieces(order_id: str) -> Response:
    """Take pieces out: shoppers while the order is not being packed, staff until they have left.

    Discounts leave their share; a coupon's minimum is not judged again.
    """
    shop, actor, body, key = current_shop(), await current_actor(), await read_body(LinesOut), idempotency_key()
    order, by_staff = await readable_order(order_id), actor.may("orders.manage")
    who = {"actor": actor.name if by_staff else "shopper", "reason": body.reason}
    change_id = _change_id(order, actor.id, key)
    if body.dry_run:
        planned = await plan_lines(
            shop, order, by_line(body.items), change_id=change_id, by_shopper=not by_staff, **who
        )
        return await _answer(shop, planned, by_staff=by_staff, dry_run=True)

    async def change() -> Response:
        changed = await cancel_lines(
            shop, order, by_line(body.items), change_id=change_id, by_shopper=not by_staff, **who
        )
        return await _answer(shop, changed, by_staff=by_staff)

    return await once(shop, key, f"cancel-lines:{order.id}:{actor.id}", change)


async def _answer(shop: Shop, order: Order, *, by_staff: bool, dry_run: bool = False) -> Response:
    view = await edit_view(shop, order)
    return json_response({**view, "dry_run": dry_run, "order": order_view(shop, order, staff=by_staff)})


def _change_id(order: Order, actor_id: str, key: str) -> str:
    return derived_id(f"change:{order.id}:{actor_id}:{key}") if key else new_id()


def _wish(body: NewEdit) -> OrderEdit:
    added: dict[str, int] = {}
    for item in body.add:
        added[item.sku] = added.get(item.sku, 0) + item.quantity
    address = body.shipping_address.parsed("shipping_address") if body.shipping_address else None
    lines = {line.id: line.quantity for line in body.lines}
    return OrderEdit(body.reason, lines, added, address, body.shipping_method)
