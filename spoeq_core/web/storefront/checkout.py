"""The one-page checkout: every answer shows the whole page again with what was entered, until the order is placed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.checkout.fields import declared
from spoeq_core.checkout.model import CartChanged, Choices, InProgress, PlaceRequest
from spoeq_core.checkout.service import Placed, Quote, place_order, quote
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import find_customer
from spoeq_core.identity.states import STATES
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, SpoeqError, Unavailable
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.orders.tokens import order_token
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Form, form_state, read_form
from spoeq_core.web.carts import current_owner, forget_cart
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.errors import status_of
from spoeq_core.web.formats import format_amount
from spoeq_core.web.languages import translate
from spoeq_core.web.logins import login_views
from spoeq_core.web.storefront.delivery import about_filled, known_pin, with_place
from spoeq_core.web.storefront.leaving import lead_to
from spoeq_core.web.storefront.steps import (
    Steps,
    after_refusal,
    chosen_wrong,
    in_page_order,
    rough_address,
    step_of,
    typed_address,
    typed_email,
    walk,
    wanted_steps,
)
from spoeq_core.web.theming import render
from spoeq_core.web.views.cart import extra_fields, quote_view
from spoeq_core.web.views.money import money

ABOUT = message("Where your order goes, how you pay for it, and what it costs in all.")
"""Said to those who share the page; crawlers have no cart, and are sent to the cart's page, which is not indexed."""

blueprint = Blueprint("pages_checkout", __name__)


@blueprint.get("/checkout")
@public
async def show() -> Response:
    """The form, filled with what is known of a signed-in customer."""
    customer = await _customer()
    values = with_place(_known(customer))
    return await _page(values, (), await _quote(values, quiet=True), customer)


@blueprint.post("/checkout")
@public
async def submit() -> Response:
    """Price the choices again, or place the order."""
    form = await read_form()
    typed = form.as_dict()
    action, _, which = form.text("action").partition(".")
    if action == "address":
        return await _readdressed(typed, which)
    values = with_place(typed)
    if action != "place":
        return await _saved(values)
    try:
        placed = await _place(form)
    except CartChanged as error:
        errors = [FieldError("", _what_changed(form, error), "cart_changed")]
        return await _refused(values, errors, error)
    except (Invalid, Conflict, Unavailable) as error:
        return await _refused(values, about_filled(_errors(error), typed, values), error)
    return await _after(placed)


async def _saved(values: Mapping[str, str]) -> Response:
    """The page with the choices priced again and, for who walks it by sections, those that hold folded."""
    errors: list[FieldError] = []
    typed_address(values, errors)
    typed_email(values, errors)
    quoted = await _quote(values, quiet=True)
    steps, told = walk(wanted_steps(values), [*errors, *chosen_wrong(quoted)])
    return await _page(values, told, quoted, await _customer(), status=422 if told else 200, steps=steps)


async def _readdressed(typed: Mapping[str, str], which: str) -> Response:
    """The page with one of the customer's own addresses in it, and all else as it was typed."""
    customer = await _customer()
    values = {**typed, **(_saved_address(customer, which) if customer else {})}
    return await _page(values, (), await _quote(values, quiet=True), customer, steps=Steps(at="address"))


async def _refused(values: Mapping[str, str], errors: Sequence[FieldError], error: SpoeqError) -> Response:
    steps = after_refusal(wanted_steps(values), errors)
    quoted = await _quote(values)
    return await _page(values, errors, quoted, await _customer(), status=status_of(error), steps=steps)


async def _place(form: Form) -> Placed:
    shop, values = current_shop(), form.as_dict()
    errors: list[FieldError] = []
    address, email = typed_address(values, errors), typed_email(values, errors)
    if errors or address is None:
        raise Invalid("Some fields are missing or wrong.", errors=errors)
    wanted = PlaceRequest(
        email=email,
        shipping_address=address,
        billing_address=None,
        shipping_method=form.text("shipping_method"),
        payment_method=form.text("payment_method"),
        expected_total=form.integer("expected_total", 0),
        fields=_answers(shop, values),
    )
    return await place_order(shop, await current_owner(), wanted, key=form.text("idempotency_key")[:200])


async def _after(placed: Placed) -> Response:
    shop, order = current_shop(), placed.order
    path = f"/orders/{order.id}/confirmation?token={order_token(shop, order.id)}"
    leads_on = placed.next_action.type == "redirect"
    return forget_cart(await lead_to(placed.next_action.url) if leads_on else see_other(path))


async def _page(
    values: Mapping[str, str],
    errors: Sequence[FieldError],
    quoted: Quote,
    customer: Customer | None,
    *,
    status: int = 200,
    steps: Steps | None = None,
) -> Response:
    shop = current_shop()
    if not quoted.contents.cart.lines:
        return see_other("/cart")
    view = quote_view(shop, quoted)
    problems = [problem for problem in view["problems"] if _concerns_cart(problem)]
    chosen = {**values, "shipping_method": _chosen_shipping(quoted, values)}
    if quoted.payment is not None:
        chosen["payment_method"] = quoted.payment.id
    return await render(
        "storefront",
        "pages/checkout.html",
        status=status,
        page=page("Checkout", translate(ABOUT)),
        cart=view["cart"],
        quote={**view, "problems": problems},
        form=form_state(chosen, in_page_order(errors)),
        steps=steps or Steps(),
        addresses=[{"id": saved.id, **asdict(saved.address)} for saved in customer.addresses] if customer else [],
        countries=[{"value": "IN", "label": "India"}],
        states=[{"value": state.name, "label": state.name} for state in STATES],
        expected_total=money(quoted.total, shop.profile.currency),
        extra=extra_fields(shop),
        logins=[] if customer else login_views(shop, "/checkout"),
        at_the_door=quoted.payment is not None and quoted.payment.provider.on_delivery,
        idempotency_key=values.get("idempotency_key") or new_id(),
    )


async def _quote(values: Mapping[str, str], *, quiet: bool = False) -> Quote:
    """The quote; `quiet` prices the delivery also while the address is not whole yet."""
    shop = current_shop()
    address = typed_address(values, [])
    if address is None and quiet:
        address = rough_address(values)
    shipping, payment = values.get("shipping_method", ""), values.get("payment_method", "")
    choices = Choices(address, shipping, payment, fields=_answers(shop, values))
    owner = await current_owner()
    found = await quote(shop, owner, choices, email=values.get("email", ""))
    settled = _without_alternatives(found, choices)
    return found if settled == choices else await quote(shop, owner, settled, email=values.get("email", ""))


def _answers(shop: Shop, values: Mapping[str, str]) -> dict[str, str]:
    """What was answered to the fields that there are now: a plugin may be gone since the page was made."""
    return {name: text for name in declared(shop) if (text := values.get(f"fields.{name}", ""))}


def _without_alternatives(found: Quote, choices: Choices) -> Choices:
    """The choices, made where there is only one way anyhow: so the total that is shown has its fee in it."""
    payable = [offer.id for offer in found.offers if offer.option.available]
    shipping = choices.shipping_method or (found.shipping_options[0].id if len(found.shipping_options) == 1 else "")
    payment = choices.payment_method or (payable[0] if len(payable) == 1 else "")
    return replace(choices, shipping_method=shipping, payment_method=payment)


def _errors(error: SpoeqError) -> list[FieldError]:
    if isinstance(error, Invalid) and error.errors:
        return [FieldError(_field(item.field), item.message, item.code) for item in error.errors]
    if isinstance(error, OutOfStock):
        return [FieldError("", error.message, error.code)]
    if isinstance(error, InProgress):
        return [
            FieldError("", "Your order is being placed. Wait a moment, then press the button once more.", error.code)
        ]
    if isinstance(error, Unavailable):
        return [
            FieldError(
                "", "We cannot take the order right now. Nothing was charged; please try again soon.", error.code
            )
        ]
    return [FieldError("", error.message, error.code)]


def _field(name: str) -> str:
    field = name.removeprefix("shipping_address.")
    return field if step_of(field) or field.startswith("fields.") else ""


def _concerns_cart(problem: Mapping[str, Any]) -> bool:
    """Whether a problem is one of the cart itself, not of a field that is merely still empty."""
    field = str(problem.get("field") or "")
    return problem["code"] != "missing" and not field.startswith(("payment_method", "fields."))


def _what_changed(form: Form, error: CartChanged) -> str:
    """By how much the total is another one than the page showed, and whether that is the delivery's doing."""
    totals, currency = error.quote.priced.totals, error.quote.priced.cart.currency
    more = totals.grand_total - _shown(form, "expected_total")
    delivery = totals.shipping - _shown(form, "expected_shipping")
    said = {"total": format_amount(totals.grand_total, currency), "size": format_amount(abs(more), currency)}
    if not more:
        return message("%(why)s Check the order, then place it again.", why=error.message)
    if delivery == more > 0:
        return message(
            "The total is now %(total)s: delivery costs %(size)s more. Check it, then place the order again.", **said
        )
    if delivery == more:
        return message(
            "The total is now %(total)s: delivery costs %(size)s less. Check it, then place the order again.", **said
        )
    if more > 0:
        return message(
            "The total is now %(total)s, %(size)s more than shown before. Check it, then place the order again.", **said
        )
    return message(
        "The total is now %(total)s, %(size)s less than shown before. Check it, then place the order again.", **said
    )


def _shown(form: Form, name: str) -> int:
    text = form.text(name)
    return int(text) if text.isdecimal() and len(text) < 15 else 0  # noqa: PLR2004 - longer ones are no amount


def _chosen_shipping(quoted: Quote, values: Mapping[str, str]) -> str:
    return quoted.shipping.id if quoted.shipping else values.get("shipping_method", "")


async def _customer() -> Customer | None:
    actor = await current_actor()
    return await find_customer(current_shop(), actor.id) if actor.kind == "customer" else None


def _known(customer: Customer | None) -> dict[str, str]:
    if customer is None:
        return {"postal_code": known_pin()}
    filled = {"email": customer.email, "name": customer.name, "phone": customer.phone}
    return {**filled, **_saved_address(customer, request.args.get("address", ""))}


def _saved_address(customer: Customer, which: str) -> dict[str, str]:
    """The fields of that address, else of the first."""
    saved = next((item for item in customer.addresses if item.id == which), None)
    saved = saved or (customer.addresses[0] if customer.addresses else None)
    return {key: str(value) for key, value in asdict(saved.address).items()} if saved else {}
