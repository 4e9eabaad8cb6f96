"""Pages for a forgotten password, of shoppers and staff alike."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.addresses import parse_email
from spoeq_core.identity.model import Staff
from spoeq_core.kernel.errors import Invalid
from spoeq_core.web.access import public
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_flag, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.signing_in import limit_resets, mail_reset_link
from spoeq_core.web.theming import render

blueprint = Blueprint("pages_recovery", __name__)


@blueprint.get("/forgot-password")
@public
async def forgot_form() -> Response:
    """Asks for the e-mail address; with `sent`, says what happens next."""
    return await _forgot_page(form_state(), sent=query_flag("sent"))


@blueprint.post("/forgot-password")
@public
async def forgot() -> Response:
    """Mail a link if the address has an account; the answer is the same if it has none."""
    email = (await read_form()).text("email")
    try:
        await mail_reset_link(current_shop(), parse_email(email))
    except Invalid as error:
        return await _forgot_page(form_state({"email": email}, error.errors), status=422)
    return see_other("/forgot-password?sent=1")


@blueprint.get("/reset-password")
@public
async def reset_form() -> Response:
    """Asks for the new password. The token stays out of caches, and of addresses that other sites are told."""
    return await _reset_page(query_text("token"), form_state())


@blueprint.post("/reset-password")
@public
async def reset() -> Response:
    """Set the password, then have them sign in with it."""
    shop = current_shop()
    token = (await read_form()).text("token")
    await limit_resets(shop)
    try:
        # As it was typed: `Form` strips values, and a password may begin or end with a space.
        account = await identity.reset_password(shop, token, str((await request.form).get("password", "")))
    except Invalid as error:
        return await _reset_page(token, form_state({}, error.errors), status=422)
    login = "/admin/login" if isinstance(account, Staff) else "/login"
    return flash(see_other(login), "Your password is set. Sign in with it.")


async def _forgot_page(form: dict[str, Any], *, sent: bool = False, status: int = 200) -> Response:
    shown = page("Forgot your password?", kind="login", noindex=True)
    return await render("storefront", "core/forgot_password.html", status, page=shown, form=form, sent=sent)


async def _reset_page(token: str, form: dict[str, Any], status: int = 200) -> Response:
    shown = page("Set a new password", kind="login", noindex=True)
    response = await render("storefront", "core/reset_password.html", status, page=shown, form=form, token=token)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response
