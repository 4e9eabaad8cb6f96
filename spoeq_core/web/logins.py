"""Signing in with an account elsewhere, over HTTP: leads a browser to a provider, and takes in who comes back."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import quote

from quart import Response, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.logins import LoginDeclined
from spoeq_core.identity.service.logins import AWAY
from spoeq_core.kernel.errors import Conflict, Forbidden, SpoeqError, Unavailable
from spoeq_core.kernel.ids import new_token
from spoeq_core.kernel.leading import may_lead_to
from spoeq_core.kernel.messages import message, sentences
from spoeq_core.plugins.installed import configuration_of
from spoeq_core.shop import Shop
from spoeq_core.web.access import Actor, sign_in_path
from spoeq_core.web.answers import see_other
from spoeq_core.web.cookies import LOGIN_COOKIE, read_cookie, set_cookie
from spoeq_core.web.flash import flash
from spoeq_core.web.security.limits import client_address, limit, uncount
from spoeq_core.web.signing_in import TRIES_OF_ADDRESS, WINDOW, sign_in_browser

log = logging.getLogger(__name__)

SIGN_INS = "/account/sign-ins"
LONGEST_COOKIE = 100


def login_views(shop: Shop, target: str) -> list[dict[str, Any]]:
    """The buttons of a sign-in page that leads on to a target."""
    providers = [offered.provider for offered in identity.login_providers(shop)]
    return [{"name": one.name, "label": one.label, "url": _begin_path(one.name, target)} for one in providers]


async def begin(shop: Shop, name: str, target: str, actor: Actor | None = None) -> tuple[str, str]:
    """Where the browser is to go, and the secret that its cookie must hold; `actor` is who wants to link an identity.

    Raises:
        NotFound: no such provider is offered.
        Unavailable: it fails, or leads to a host that its plugin does not declare.
        TooManyRequests: too many were begun from this address.
    """
    offered = identity.login_provider(shop, name)
    await limit(shop, "login.begun", client_address(), TRIES_OF_ADDRESS, WINDOW)
    held = read_cookie(shop, LOGIN_COOKIE)
    browser = held if 0 < len(held) <= LONGEST_COOKIE else new_token()
    customer_id = actor.id if actor else ""
    url = await identity.begin_login(shop, offered, browser=browser, target=target, customer_id=customer_id)
    _check_destination(shop, offered, url)
    return url, browser


def bind(shop: Shop, response: Response, browser: str) -> Response:
    """The response, which binds the way back to this browser."""
    set_cookie(shop, response, LOGIN_COOKIE, browser, lasts=AWAY)
    response.headers["Cache-Control"] = "no-store"
    return response


async def finish(shop: Shop, name: str, actor: Actor) -> Response:
    """Who comes back from a provider: signed in, or with one more way to sign in, and led to where they were going.

    What goes wrong is told on the page where they began.
    """
    answer = {key: value for key, value in request.args.items() if key != "state"}
    state = request.args.get("state", "")
    address = client_address()
    await limit(shop, "login.address", address, TRIES_OF_ADDRESS, WINDOW)
    try:
        pending = await identity.take_pending(shop, name, state, read_cookie(shop, LOGIN_COOKIE))
    except Conflict as error:
        # A reload of the address, or Back: who is signed in already needs no telling.
        return see_other("/account") if actor.kind == "customer" else told(error, "/login")
    back = SIGN_INS if pending.customer_id else sign_in_path("/login", pending.target)
    try:
        returned = await identity.finish_login(shop, pending, state, answer)
        response = await _link(shop, returned, actor) if pending.customer_id else await _sign_in(shop, returned)
    except SpoeqError as error:
        if error.code == "login_link_first":
            back = sign_in_path("/login", SIGN_INS)
        return told(error, back)
    await uncount(shop, "login.address", address)
    return response


def told(error: SpoeqError, page: str) -> Response:
    """On to a page that says what went wrong, and what to do."""
    return flash(see_other(page), sentences([error.message, error.hint] if error.hint else [error.message]), "warn")


async def _sign_in(shop: Shop, returned: identity.Returned) -> Response:
    profile = returned.answer
    if isinstance(profile, LoginDeclined):
        raise _declined(returned, profile)
    customer = await identity.customer_of_login(shop, returned.provider, profile)
    return await sign_in_browser(shop, see_other(returned.pending.target), customer)


async def _link(shop: Shop, returned: identity.Returned, actor: Actor) -> Response:
    profile = returned.answer
    if isinstance(profile, LoginDeclined):
        raise _declined(returned, profile)
    if actor.kind != "customer" or actor.id != returned.pending.customer_id:
        raise Conflict(
            "Somebody else is signed in now.", hint="Sign in again, then add it once more.", code="login_over"
        )
    await identity.link_identity(shop, actor.id, returned.provider, profile)
    done = message("You can sign in with %(provider)s now.", provider=returned.provider.label)
    return flash(see_other(SIGN_INS), done)


def _declined(returned: identity.Returned, answer: LoginDeclined) -> SpoeqError:
    label = returned.provider.label
    if answer.reason == "denied":
        return Forbidden(
            message("You did not let %(provider)s tell us who you are.", provider=label),
            hint="Nothing has changed. Try again, or sign in with your password.",
            code="login_denied",
        )
    return Conflict(
        message("%(provider)s did not prove who you are.", provider=label),
        hint="Begin again; nothing is lost.",
        code="login_unproven",
    )


def _check_destination(shop: Shop, offered: identity.Offered, url: str) -> None:
    plugins = configuration_of(shop).plugins
    hosts = next((one.manifest.hosts for one in plugins if one.name == offered.plugin), ())
    settings = shop.settings
    if not may_lead_to(url, hosts, own=settings.base_url, development=settings.for_development):
        cause = f"the login provider leads to {url.partition('?')[0]!r}, which the manifest's hosts do not name"
        shop.hooks.on_fault(offered.plugin, "register_login_providers", cause)
        raise Unavailable(
            message("%(provider)s cannot sign you in right now.", provider=offered.provider.label),
            hint="Try again in a minute, or sign in with your password. Your cart is kept.",
            code="login_unavailable",
        )


def _begin_path(name: str, target: str) -> str:
    path = f"/api/v1/auth/oauth/{name}"
    return f"{path}?next={quote(target, safe='/')}" if target else path
