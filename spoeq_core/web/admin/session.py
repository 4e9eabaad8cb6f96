"""Staff sign in and out."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.identity.model import Kind
from spoeq_core.kernel.errors import FieldError, Unauthenticated
from spoeq_core.web.access import current_actor, public, safe_next
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.signing_in import check_credentials, sign_in_browser, sign_out_browser
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_session", __name__)

HOME = "/admin"
LOGIN = "/admin/login"


@blueprint.get("/login")
@public
async def login_form() -> Response:
    """The sign-in page; who is signed in already goes on."""
    target = admin_next(query_text("next"))
    if (await current_actor()).kind == "staff":
        return see_other(target)
    return await _login_page(target)


@blueprint.post("/login")
@public
async def login() -> Response:
    """Sign in, then go where they were going."""
    shop = current_shop()
    form = await read_form()
    target = admin_next(form.text("next"))
    try:
        # As it was typed: `Form` strips values, and a password may begin or end with a space.
        password = (await request.form).get("password", "")
        account = await check_credentials(shop, form.text("email"), password, Kind.STAFF)
    except Unauthenticated as error:
        wrong = form_state({"email": form.text("email")}, [FieldError("email", error.message)])
        return await _login_page(target, wrong, status=422)
    return await sign_in_browser(shop, see_other(target), account)


@blueprint.post("/logout")
@public
async def logout() -> Response:
    """Sign out of this browser."""
    return await sign_out_browser(current_shop(), see_other(LOGIN), Kind.STAFF)


def admin_next(text: str) -> str:
    """Where to go after signing in: a page of the admin."""
    target = safe_next(text, HOME)
    inside = target == HOME or target.startswith((f"{HOME}/", f"{HOME}?"))
    return target if inside and not target.startswith(LOGIN) else HOME


async def _login_page(target: str, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shown = page("Sign in", kind="login", noindex=True)
    return await render("admin", "pages/login.html", status, page=shown, form=form or form_state(), next=target)
