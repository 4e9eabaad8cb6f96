"""Accounts and tokens for API clients: register, sign in, refresh, sign out, forgotten passwords, sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from quart import Blueprint, Response, request

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Account, Channel, Kind, Session
from spoeq_core.identity.passwords import MOST_BYTES
from spoeq_core.shop import Shop
from spoeq_core.web.access import current_actor, public, signed_in
from spoeq_core.web.api.shapes.staff import Accepted
from spoeq_core.web.bodies import Body, json_response, read_body
from spoeq_core.web.context import current_shop
from spoeq_core.web.cookies import REFRESH_COOKIE, read_cookie
from spoeq_core.web.openapi import Content, operation
from spoeq_core.web.security.limits import client_address, limit
from spoeq_core.web.signing_in import (
    account_view,
    bring_cart,
    check_credentials,
    drop_refresh_cookie,
    end_browser_session,
    give_refresh_cookie,
    limit_registrations,
    limit_resets,
    mail_reset_link,
    own_account,
    sign_in_client,
)

blueprint = Blueprint("api_auth", __name__)

REFRESHES_OF_ADDRESS = 120
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=MOST_BYTES)]
Client = Literal["web", "app"]


class Registration(Body):
    """A new customer. `client` "app" gets its refresh token in the body, "web" in a cookie."""

    email: str = Field(max_length=300)
    password: Password
    name: str = Field(max_length=300)
    phone: str = Field("", max_length=40)
    client: Client = "web"


class Credentials(Body):
    """Signing in, as customer or staff."""

    email: str = Field(max_length=300)
    password: str = Field(max_length=100_000)
    client: Client = "web"


class Refresh(Body):
    """What an app sends; browsers send an empty body and the cookie."""

    refresh_token: str = Field("", max_length=2000)


SENT = Content(Refresh, required=False)


class ForgotPassword(Body):
    """Whom a link is mailed to, if there is such an account."""

    email: str = Field(max_length=300)


class ResetPassword(Body):
    """The mailed token and the new password."""

    token: str = Field(max_length=200)
    password: Password


class GivenConsent(Body):
    """What was agreed to, since when, and where: "register", "account" or "api"; empty if that was not kept."""

    to: str
    since: datetime
    source: str


class User(Body):
    """Whoever signed in. Staff have a role, and GET /me tells them what they may do."""

    id: str
    kind: Literal["customer", "staff"]
    email: str
    name: str
    role: str | None = None
    phone: str = ""
    consents: dict[str, bool] = Field(default_factory=dict)
    consents_given: list[GivenConsent] = Field(default_factory=list)
    permissions: list[str] = Field(default_factory=list)
    ext: dict[str, Any] = Field(default_factory=dict)


class Tokens(Body):
    """An access token for 15 minutes; a refresh token for 7 days, for apps only (browsers have it as a cookie)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    user: User
    refresh_token: str | None = None


@blueprint.post("/auth/register")
@public(ignore_bearer=True)
@operation(
    "Make a customer's account and sign in", tags=["Auth"], request=Registration, responses={201: Tokens, 429: None}
)
async def register() -> Response:
    """A new customer, signed in."""
    shop = current_shop()
    body = await read_body(Registration)
    await limit_registrations(shop)
    customer = await identity.register_customer(
        shop, email=body.email, password=body.password, name=body.name, phone=body.phone
    )
    session, token = await sign_in_client(shop, customer)
    response = _tokens(shop, customer, session, token, in_body=body.client == "app", status=201)
    return await bring_cart(response, customer)


@blueprint.post("/auth/login")
@public(ignore_bearer=True)
@operation("Sign in", tags=["Auth"], request=Credentials, responses={200: Tokens, 401: None, 429: None})
async def login() -> Response:
    """Tokens for a customer or a member of staff."""
    shop = current_shop()
    body = await read_body(Credentials)
    account = await check_credentials(shop, body.email, body.password)
    session, token = await sign_in_client(shop, account)
    return await bring_cart(_tokens(shop, account, session, token, in_body=body.client == "app"), account)


@blueprint.post("/auth/refresh")
@public(ignore_bearer=True)
@operation(
    "Exchange a refresh token, which works once, for new tokens; used again, it ends the session",
    tags=["Auth"],
    request=SENT,
    responses={200: Tokens, 401: None, 429: None},
)
async def refresh() -> Response:
    """New tokens for those of before; the session ends if the refresh token was used already."""
    shop = current_shop()
    await limit(shop, "refresh", client_address(), REFRESHES_OF_ADDRESS, 60)
    sent = await _sent_token()
    renewed = await identity.refresh(shop, sent or read_cookie(shop, REFRESH_COOKIE))
    return _tokens(shop, renewed.account, renewed.session, renewed.token, in_body=bool(sent))


@blueprint.post("/auth/logout")
@public(ignore_bearer=True)
@operation("Sign out", tags=["Auth"], request=SENT, responses={204: None})
async def logout() -> Response:
    """End the session of the bearer token, of the refresh token and of the browser's cookie, whichever was sent."""
    shop = current_shop()
    actor = await current_actor()
    if actor.by_bearer:
        await identity.end_session(shop, actor.session_id)
    held = identity.read_token(shop, Channel.API, await _sent_token() or read_cookie(shop, REFRESH_COOKIE))
    if held is not None:
        await identity.end_session(shop, held.session_id)
    if not actor.is_guest and not actor.by_bearer:
        await end_browser_session(shop, Kind(actor.kind))
    return _signed_out(shop)


@blueprint.post("/auth/logout-all")
@signed_in(staff_too=True)
@operation("Sign out everywhere", tags=["Auth"], responses={204: None})
async def logout_all() -> Response:
    """End all sessions of the account, this one too."""
    shop = current_shop()
    actor = await current_actor()
    await identity.end_all_sessions(shop, await own_account(shop, actor.kind, actor.id))
    return _signed_out(shop)


@blueprint.post("/auth/forgot-password")
@public(ignore_bearer=True)
@operation(
    "Ask for a link to set a new password",
    tags=["Auth"],
    request=ForgotPassword,
    responses={202: Accepted, 429: None},
)
async def forgot_password() -> Response:
    """Always the same answer, whether there is such an account or not."""
    shop = current_shop()
    body = await read_body(ForgotPassword)
    await mail_reset_link(shop, body.email)
    return json_response({"status": "accepted"}, 202)


@blueprint.post("/auth/reset-password")
@public(ignore_bearer=True)
@operation(
    "Set a new password with a mailed token",
    tags=["Auth"],
    request=ResetPassword,
    responses={204: None, 429: None},
)
async def reset_password() -> Response:
    """The account's password is new, and all its sessions are over."""
    shop = current_shop()
    body = await read_body(ResetPassword)
    await limit_resets(shop)
    await identity.reset_password(shop, body.token, body.password)
    return _signed_out(shop)


async def _sent_token() -> str:
    return (await read_body(Refresh)).refresh_token if await request.get_data() else ""


def _tokens(
    shop: Shop, account: Account, session: Session, token: str, *, in_body: bool, status: int = 200
) -> Response:
    answer: dict[str, Any] = {
        "access_token": identity.issue_access_token(shop, session),
        "token_type": "Bearer",
        "expires_in": int(identity.ACCESS_LIFE.total_seconds()),
        "user": account_view(shop, account),
    }
    if in_body:
        answer["refresh_token"] = token
    response = json_response(answer, status, {"Cache-Control": "no-store"})
    if not in_body:
        give_refresh_cookie(shop, response, session, token)
    return response


def _signed_out(shop: Shop) -> Response:
    response = Response("", status=204)
    drop_refresh_cookie(shop, response)
    return response
