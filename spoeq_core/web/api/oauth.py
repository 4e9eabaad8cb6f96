"""Signing in with an account elsewhere: the way there and the way back, for browsers."""

from __future__ import annotations

from quart import Blueprint, Response, request

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.web.access import current_actor, public, safe_next, sign_in_path
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.languages import speak_to_visitor
from spoeq_core.web.logins import begin, bind, finish, told
from spoeq_core.web.openapi import operation

blueprint = Blueprint("api_oauth", __name__)

HOME = "/account"


@blueprint.get("/auth/oauth/<provider>")
@public(ignore_bearer=True)
@operation(
    "Send a browser to a login provider",
    tags=["Auth"],
    query={"next": "The path to go to afterwards; paths of the shop only"},
    responses={303: "To the provider, with a cookie that binds the way back", 404: None, 429: None, 503: None},
)
async def leave(provider: str) -> Response:
    """On to the provider; a browser that cannot be led there is told so on the sign-in page."""
    shop = current_shop()
    speak_to_visitor(shop)
    target = safe_next(query_text("next"), HOME)
    try:
        url, browser = await begin(shop, provider, target)
    except SpoeqError as error:
        if not _is_page():
            raise
        return told(error, sign_in_path("/login", target))
    return bind(shop, see_other(url), browser)


@blueprint.get("/auth/oauth/<provider>/callback")
@public(ignore_bearer=True)
@operation(
    "Where a login provider sends the browser back to",
    tags=["Auth"],
    query={"state": "As it was sent to the provider", "code": "What the provider gave the browser"},
    responses={303: "To where the visitor was going, signed in; or to the page that says why not", 429: None},
)
async def come_back(provider: str) -> Response:
    """Signed in by a session cookie, with the guest's cart; or told why not."""
    shop = current_shop()
    speak_to_visitor(shop)
    try:
        response = await finish(shop, provider, await current_actor())
    except SpoeqError as error:
        if not _is_page():
            raise
        response = told(error, "/login")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _is_page() -> bool:
    return "text/html" in request.headers.get("Accept", "")
