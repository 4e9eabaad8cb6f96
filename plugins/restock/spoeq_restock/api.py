"""JSON: asking to be told, for shops whose pages are made elsewhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictStr
from quart import Blueprint, Response

from spoeq_core.sdk import (
    Body,
    Conflict,
    Shape,
    Shop,
    client_address,
    current_shop,
    json_response,
    limit,
    operation,
    public,
    read_body,
)
from spoeq_restock.model import digest
from spoeq_restock.service import Answer, ask, find

TRIES, WINDOW = 20, 600
"""How often one visitor, and for one address, may ask, and in how many seconds."""

blueprint = Blueprint("restock_api", __name__)


class RestockBody(Body):
    """Who wants to be told of what. `language` is one of the shop's; left out, its first one."""

    sku: Annotated[StrictStr, Field(min_length=1, max_length=64)]
    email: Annotated[StrictStr, Field(max_length=254)]
    language: Annotated[StrictStr, Field(max_length=12)] = ""


class RestockShape(Shape):
    """A request that is noted."""

    sku: str
    status: Answer


@blueprint.post("/restock-requests")
@public
@operation(
    "Be told by mail when a SKU can be bought again",
    tags=("Products",),
    request=RestockBody,
    responses={202: RestockShape, 404: None, 409: "It can be bought now", 429: None},
)
async def request_notice() -> Response:
    """Note who wants to be told."""
    shop, body = current_shop(), await read_body(RestockBody)
    await refuse_flood(shop, body.email)
    answer = await ask(shop, await find(shop, body.sku), body.email, body.language)
    if answer is Answer.IN_STOCK:
        raise Conflict("This can be bought now.", hint="Put it into the cart.", code="in_stock")
    return json_response({"sku": body.sku, "status": answer.value}, 202)


async def refuse_flood(shop: Shop, email: str) -> None:
    """Count a request.

    Raises:
        TooManyRequests: this visitor has asked too often, or somebody has for this address.
    """
    await limit(shop, "restock", client_address(), TRIES, WINDOW)
    await limit(shop, "restock-for", digest(email), TRIES, WINDOW)
