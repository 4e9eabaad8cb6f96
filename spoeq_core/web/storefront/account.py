"""A shopper's pages: sign in, register, sign out, the account and its addresses."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import MARKETING, Customer, Kind
from spoeq_core.identity.states import STATES
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound, Unauthenticated
from spoeq_core.orders.listing import list_orders
from spoeq_core.web.access import current_actor, public, safe_next, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.api.me import saved_address_view
from spoeq_core.web.bodies import form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.logins import login_views
from spoeq_core.web.signing_in import check_credentials, limit_registrations, sign_in_browser, sign_out_browser
from spoeq_core.web.storefront.delivery import about_filled, with_place
from spoeq_core.web.theming import render
from spoeq_core.web.views.orders import order_view

blueprint = Blueprint("pages_account", __name__)

HOME = "/account"
BOOK = "/account/addresses"


@blueprint.get("/login")
@public
async def login_form() -> Response:
    """The sign-in page; who is signed in already goes on."""
    target = safe_next(query_text("next"), HOME)
    if (await current_actor()).kind == "customer":
        return see_other(target)
    return await _login_page(target)


@blueprint.post("/login")
@public
async def login() -> Response:
    """Sign in, then go where the visitor was going."""
    shop = current_shop()
    form = await read_form()
    target = safe_next(form.text("next"), HOME)
    try:
        customer = await check_credentials(shop, form.text("email"), await _password(), Kind.CUSTOMER)
    except Unauthenticated as error:
        wrong = form_state({"email": form.text("email")}, [FieldError("email", error.message)])
        return await _login_page(target, wrong, status=422)
    return await sign_in_browser(shop, see_other(target), customer)


@blueprint.get("/register")
@public
async def register_form() -> Response:
    """The page to make an account."""
    target = safe_next(query_text("next"), HOME)
    if (await current_actor()).kind == "customer":
        return see_other(target)
    return await _register_page(target)


@blueprint.post("/register")
@public
async def register() -> Response:
    """Make an account and be signed in to it."""
    shop = current_shop()
    form = await read_form()
    target = safe_next(form.text("next"), HOME)
    await limit_registrations(shop)
    try:
        customer = await identity.register_customer(
            shop,
            email=form.text("email"),
            password=await _password(),
            name=form.text("name"),
            agrees_to=[MARKETING] if form.flag(MARKETING) else [],
        )
    except Invalid as error:
        values = {name: form.text(name) for name in ("email", "name", MARKETING)}
        return await _register_page(target, form_state(values, error.errors), status=422)
    return await sign_in_browser(shop, see_other(target), customer)


@blueprint.post("/logout")
@public
async def logout() -> Response:
    """Sign out of this browser."""
    return await sign_out_browser(current_shop(), see_other("/"), Kind.CUSTOMER)


@blueprint.get("/account")
@signed_in
async def account() -> Response:
    """The account at a glance."""
    return await _account_page(await _customer())


@blueprint.post("/account")
@signed_in
async def save_account() -> Response:
    """Change name and phone."""
    form = await read_form()
    customer = await _customer()
    try:
        await identity.update_profile(current_shop(), customer.id, name=form.text("name"), phone=form.text("phone"))
    except Invalid as error:
        values = {"name": form.text("name"), "phone": form.text("phone")}
        return await _account_page(customer, form_state(values, error.errors), status=422)
    return flash(see_other(HOME), "Your details are saved.")


@blueprint.get("/account/addresses")
@signed_in
async def addresses() -> Response:
    """The address book, with one address open for editing where `edit` names it."""
    customer = await _customer()
    wanted = query_text("edit")
    saved = customer.address(wanted) if wanted else None
    if wanted and saved is None:
        raise NotFound("There is no such address in your book.", hint="Reload the list.")
    return await _book(customer, form_state(), saved_address_view(saved) if saved else None)


@blueprint.post("/account/addresses")
@signed_in
async def add_address() -> Response:
    """Save a new address."""
    typed = (await read_form()).as_dict()
    values = with_place(typed)
    customer = await _customer()
    try:
        await identity.add_address(current_shop(), customer.id, typed)
    except Invalid as error:
        errors = about_filled(error.errors, typed, values)
        return await _book(customer, form_state(values, errors), None, status=422)
    except Conflict as error:
        refused = form_state(values, [FieldError("name", str(error), error.code)])
        return await _book(customer, refused, None, status=409)
    return flash(see_other(BOOK), "The address is saved.")


@blueprint.post("/account/addresses/<address_id>")
@signed_in
async def change_address(address_id: str) -> Response:
    """Change a saved address."""
    typed = (await read_form()).as_dict()
    values = with_place(typed)
    customer = await _customer()
    try:
        await identity.change_address(current_shop(), customer.id, address_id, typed)
    except Invalid as error:
        saved = customer.address(address_id)
        editing = saved_address_view(saved) if saved else None
        errors = about_filled(error.errors, typed, values)
        return await _book(customer, form_state(values, errors), editing, status=422)
    return flash(see_other(BOOK), "The address is saved.")


@blueprint.post("/account/addresses/<address_id>/delete")
@signed_in
async def remove_address(address_id: str) -> Response:
    """Take an address out of the book."""
    await identity.remove_address(current_shop(), (await current_actor()).id, address_id)
    return flash(see_other(BOOK), "The address is removed.")


async def _customer() -> Customer:
    return await identity.customer_by_id(current_shop(), (await current_actor()).id)


async def _password() -> str:
    # As it was typed: `Form` strips values, and a password may begin or end with a space.
    return str((await request.form).get("password", ""))


async def _login_page(target: str, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shown = page("Sign in", canonical="/login", kind="login", noindex=True)
    logins = login_views(current_shop(), target)
    return await render(
        "storefront", "pages/login.html", status, page=shown, form=form or form_state(), next=target, logins=logins
    )


async def _register_page(target: str, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shown = page("Create an account", canonical="/register", kind="register", noindex=True)
    logins = login_views(current_shop(), target)
    return await render(
        "storefront", "pages/register.html", status, page=shown, form=form or form_state(), next=target, logins=logins
    )


async def _account_page(customer: Customer, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shop = current_shop()
    orders = await list_orders(shop, customer_id=customer.id, limit=1)
    return await render(
        "storefront",
        "pages/account.html",
        status,
        page=page("Your account", kind="account", noindex=True),
        customer={"name": customer.name, "email": customer.email, "phone": customer.phone},
        addresses=[saved_address_view(saved) for saved in customer.addresses],
        last_order=order_view(shop, orders.items[0]) if orders.items else None,
        form=form or form_state(),
    )


async def _book(
    customer: Customer, form: dict[str, Any], editing: dict[str, Any] | None, status: int = 200
) -> Response:
    return await render(
        "storefront",
        "pages/addresses.html",
        status,
        page=page("Addresses", kind="account", noindex=True),
        addresses=[saved_address_view(saved) for saved in customer.addresses],
        states=[{"value": state.name, "label": state.name, **asdict(state)} for state in STATES],
        form=form,
        editing=editing,
    )
