"""JSON: the quote."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field
from quart import Blueprint, Response

from spoeq_core.checkout.model import Choices, Problem
from spoeq_core.checkout.service import Quote, quote
from spoeq_core.identity.model import Address
from spoeq_core.kernel.errors import Invalid
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.api.shapes.buying import QuoteShape
from spoeq_core.web.api.shopping import AddressBody, Text
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.carts import current_owner
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import CART_TOKEN, operation
from spoeq_core.web.views.cart import View, quote_view

blueprint = Blueprint("api_checkout", __name__)

FIELD = "shipping_address"


class QuoteBody(Body):
    """What is chosen so far. Of the address, state and postal code are enough to see ways and prices of delivery."""

    shipping_address: AddressBody | None = None
    shipping_method: Text = ""
    payment_method: Text = ""
    billing_address: AddressBody | None = None
    fields: dict[Text, Text] = Field(default_factory=dict, max_length=40)


@blueprint.post("/checkout/quote")
@public
@operation(
    "What the cart costs with these choices, and what stands in the way",
    tags=["Checkout"],
    request=QuoteBody,
    headers=[CART_TOKEN],
    responses={200: QuoteShape},
)
async def show_quote() -> Response:
    """Price the cart with the choices so far."""
    shop, actor, body = current_shop(), await current_actor(), await read_body(QuoteBody)
    address, problems = _address(body.shipping_address, FIELD)
    billed, more = _address(body.billing_address, "billing_address")
    problems += more
    choices = Choices(address, body.shipping_method, body.payment_method, billed, body.fields)
    found = await quote(shop, await current_owner(), choices, email=actor.email if actor.kind == "customer" else "")
    if problems:
        found = _with_address_problems(found, problems)
    return json_response(api_quote(found, staff=actor.may("orders.view")))


def api_quote(found: Quote, *, staff: bool = False) -> View:
    """The quote as this API answers it."""
    view = quote_view(current_shop(), found, staff=staff)
    del view["cart"]
    return view


def _address(given: AddressBody | None, field: str) -> tuple[Address | None, list[Problem]]:
    """The address, whole or as far as it goes, with what is wrong in it."""
    if given is None:
        return None, []
    try:
        return given.parsed(field), []
    except Invalid as error:
        problems = [Problem(item.code, item.message, item.field) for item in error.errors]
    wrong = {problem.field.rpartition(".")[2] for problem in problems}
    if wrong & {"country", "state", "postal_code"}:
        return None, problems
    known = {"country": "IN", "city": "", **given.values()}
    rough = Address("", "", "", known["city"], known["state"], known["postal_code"], known["country"])
    return rough, problems


def _with_address_problems(found: Quote, problems: list[Problem]) -> Quote:
    """The quote whose address is told to be wrong field by field, not as missing."""
    others = (problem for problem in found.problems if (problem.code, problem.field) != ("missing", FIELD))
    return replace(found, problems=(*problems, *others))
