"""JSON: the cart. Coupon codes are their plugin's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from quart import Blueprint, Response

from spoeq_core.cart import service as carts
from spoeq_core.hooks.contributions import LONGEST_PROPERTY
from spoeq_core.web.access import public
from spoeq_core.web.api.shapes.buying import CartShape
from spoeq_core.web.api.shopping import Quantity, Text
from spoeq_core.web.bodies import Body, read_body
from spoeq_core.web.carts import buyer_now, cart_response, current_owner
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import CART_TOKEN, operation

blueprint = Blueprint("api_cart", __name__)

TAGS = ("Cart",)
HEADERS = (CART_TOKEN,)


Said = Annotated[str, StringConstraints(max_length=LONGEST_PROPERTY)]


class NewItem(Body):
    """What to put in; `properties` are what the product takes (an engraving): see its `line_properties`."""

    sku: Text
    quantity: Quantity = 1
    properties: dict[Text, Said] = Field(default_factory=dict, max_length=20)


class ItemChange(Body):
    """How many pieces the line is to hold."""

    quantity: Quantity


@blueprint.get("/cart")
@public
@operation("The cart, priced", tags=TAGS, headers=HEADERS, responses={200: CartShape})
async def show() -> Response:
    """The cart with its prices; an empty one if there is none yet."""
    owner = await current_owner()
    return await cart_response(current_shop(), owner, await carts.load(current_shop(), owner), await buyer_now())


@blueprint.post("/cart")
@public
@operation(
    "Put an item in; a new guest's cart comes with its token",
    tags=TAGS,
    request=NewItem,
    headers=HEADERS,
    responses={201: CartShape, 404: None, 409: None},
)
async def add() -> Response:
    """Put pieces of a SKU in."""
    shop, owner, body = current_shop(), await current_owner(), await read_body(NewItem)
    contents = await carts.add_item(shop, owner, body.sku, body.quantity, body.properties)
    return await cart_response(shop, owner, contents, await buyer_now(), 201)


@blueprint.patch("/cart/<ulid:item_id>")
@public
@operation(
    "Change a quantity",
    tags=TAGS,
    request=ItemChange,
    headers=HEADERS,
    responses={200: CartShape, 404: None, 409: None},
)
async def change(item_id: str) -> Response:
    """Change how many pieces a line holds."""
    shop, owner, body = current_shop(), await current_owner(), await read_body(ItemChange)
    contents = await carts.set_quantity(shop, owner, item_id, body.quantity)
    return await cart_response(shop, owner, contents, await buyer_now())


@blueprint.delete("/cart/<ulid:item_id>")
@public
@operation("Take an item out", tags=TAGS, headers=HEADERS, responses={200: CartShape, 404: None})
async def remove(item_id: str) -> Response:
    """Take a line out."""
    shop, owner = current_shop(), await current_owner()
    contents = await carts.remove_item(shop, owner, item_id)
    return await cart_response(shop, owner, contents, await buyer_now())
