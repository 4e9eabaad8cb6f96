"""A shopper's own data: what they agreed to, a copy of what the shop keeps about them, and deleting the account."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import MARKETING, Customer, Kind
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.privacy.erasing import blockers, erase_person, person_of
from spoeq_core.privacy.exporting import export_person
from spoeq_core.privacy.model import StillNeeded
from spoeq_core.web.access import current_actor, signed_in
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.downloads import download
from spoeq_core.web.flash import flash
from spoeq_core.web.security.limits import limit
from spoeq_core.web.signing_in import confirm_password, sign_out_browser
from spoeq_core.web.theming import render

blueprint = Blueprint("pages_privacy", __name__)

PATH = "/account/privacy"
HOUR = 3600
COPIES = 5
"""Copies that one account may have in an hour."""
BOX = "sure-1"
"""The box as error summaries link to it: name and value."""


@blueprint.get("/account/privacy")
@signed_in
async def show() -> Response:
    """What they agreed to, the copy, the end of the account."""
    return await _page(await _customer())


@blueprint.post("/account/privacy/consents")
@signed_in
async def agree() -> Response:
    """Give or take back consents."""
    wanted = {MARKETING: (await read_form()).flag(MARKETING)}
    await identity.update_profile(current_shop(), (await _customer()).id, consents=wanted, source="account")
    return flash(see_other(PATH), "Your choice is saved.")


@blueprint.post("/account/privacy/download")
@signed_in
async def copy() -> Response:
    """A copy of everything, as a file; the password is asked again."""
    shop, customer = current_shop(), await _customer()
    try:
        await confirm_password(shop, customer, "password")
    except Invalid as error:
        return await _page(customer, form_state({}, error.errors), 422)
    await limit(shop, "privacy.copy", customer.id, COPIES, HOUR)
    person = await person_of(shop, customer, by_email=False)
    return download(export_person(shop, person), "application/json", f"my-data-{shop.clock.now():%Y-%m-%d}.json")


@blueprint.post("/account/privacy/delete")
@signed_in
async def delete() -> Response:
    """Delete the account, unless an order is unfinished; the password is asked again."""
    shop, customer, form = current_shop(), await _customer(), await read_form()
    try:
        if not form.flag("sure"):
            raise Invalid.field(BOX, "Tick the box if you want your account deleted.", "missing")
        await confirm_password(shop, customer, "delete_password")
        person = await person_of(shop, customer, by_email=False)
        await erase_person(shop, person, by="customer", actor_id=customer.id, actor_name="customer")
    except Invalid as error:
        return await _page(customer, form_state(form.as_dict(), error.errors), 422)
    except StillNeeded as error:
        return await _page(customer, form_state({}, [FieldError(BOX, error.message, error.code)]), 409)
    gone = await sign_out_browser(shop, see_other("/"), Kind.CUSTOMER)
    return flash(gone, "Your account is closed, and your data is being deleted.")


async def _customer() -> Customer:
    return await identity.customer_by_id(current_shop(), (await current_actor()).id)


async def _page(customer: Customer, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shop = current_shop()
    unfinished = await blockers(shop, await person_of(shop, customer, by_email=False))
    return await render(
        "storefront",
        "pages/privacy.html",
        status,
        page=page("Your data", kind="account", noindex=True),
        agreed_since=customer.consents.get(MARKETING),
        unfinished=[{"number": it.number, "url": f"/account/orders/{it.order_id}", "why": it.why} for it in unfinished],
        form=form or form_state(),
    )
