"""Signing in and out over HTTP: checks limits and credentials, gives and takes cookies and tokens."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from quart import Response, g, request

from spoeq_core.audit import service as audit
from spoeq_core.extensions.service import shown
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import LIFETIMES, Account, Channel, Customer, Kind, Principal, Session, Staff, kind_of
from spoeq_core.kernel.errors import Invalid, SpoeqError, TooManyRequests, Unauthenticated
from spoeq_core.shop import Shop
from spoeq_core.web.access import actor_of
from spoeq_core.web.carts import adopt_guest_cart, forget_cart
from spoeq_core.web.cookies import REFRESH_COOKIE, SHOPPER_COOKIE, STAFF_COOKIE, drop_cookie, read_cookie, set_cookie
from spoeq_core.web.security.limits import client_address, limit, uncount

log = logging.getLogger(__name__)

REFRESH_PATH = "/api/v1/auth"
WINDOW = 15 * 60
TRIES_OF_ACCOUNT = 10
TRIES_OF_ADDRESS = 60
REGISTRATIONS_OF_ADDRESS = 20
LINKS_OF_ACCOUNT = 3
LINKS_OF_ADDRESS = 20
RESETS_OF_ADDRESS = 20
LATELY = timedelta(minutes=10)


async def check_credentials(shop: Shop, email: str, password: str, *kinds: Kind) -> Account:
    """The account that the credentials open. Failures are limited per account and address, and per address.

    Raises:
        Unauthenticated: they open none.
        TooManyRequests: too many failures.
    """
    address = client_address()
    both = f"{email.strip().lower()} {address}"
    await limit(shop, "login.address", address, TRIES_OF_ADDRESS, WINDOW)
    await limit(shop, "login", both, TRIES_OF_ACCOUNT, WINDOW)
    account = await identity.authenticate(shop, email, password, *kinds)
    await uncount(shop, "login.address", address)
    await uncount(shop, "login", both)
    return account


async def limit_registrations(shop: Shop) -> None:
    """Count a registration from this address."""
    await limit(shop, "register", client_address(), REGISTRATIONS_OF_ADDRESS, WINDOW)


async def limit_resets(shop: Shop) -> None:
    """Count a try to use a mailed token from this address."""
    await limit(shop, "reset", client_address(), RESETS_OF_ADDRESS, WINDOW)


async def mail_reset_link(shop: Shop, email: str) -> None:
    """Have a link mailed if the address has an account; no more than a few to one account, silently.

    Raises:
        TooManyRequests: too many were asked for from one address.
    """
    await limit(shop, "forgot.address", client_address(), LINKS_OF_ADDRESS, WINDOW)
    try:
        await limit(shop, "forgot", email.strip().lower(), LINKS_OF_ACCOUNT, WINDOW)
    except TooManyRequests:
        return
    await identity.request_password_reset(shop, email)


async def sign_in_browser(shop: Shop, response: Response, account: Account) -> Response:
    """The response with a cookie of a new session, and the guest's cart brought along.

    The session that this browser held before is over: whoever put it there gains nothing.
    """
    kind = kind_of(account)
    await end_browser_session(shop, kind)
    session, token = await _start(shop, account, Channel.BROWSER)
    lasts = LIFETIMES[Channel.BROWSER, kind].absolute
    set_cookie(shop, response, _cookie_of(kind), token, lasts=lasts)
    _be(shop, session, account)
    return await bring_cart(response, account)


async def bring_cart(response: Response, account: Account) -> Response:
    """The response after a guest's cart was merged into the customer's; a cart that cannot be keeps nobody out."""
    if not isinstance(account, Customer):
        return response
    try:
        return await adopt_guest_cart(response, account.id)
    except SpoeqError:
        log.exception("the guest's cart could not be merged into that of customer %s", account.id)
        return response


async def sign_out_browser(shop: Shop, response: Response, kind: Kind) -> Response:
    """The response without the cookie, whose session is over."""
    await end_browser_session(shop, kind)
    drop_cookie(shop, response, _cookie_of(kind))
    return forget_cart(response) if kind is Kind.CUSTOMER else response


async def end_browser_session(shop: Shop, kind: Kind) -> None:
    """End the session whose cookie this request carries, if it does."""
    principal = await identity.principal_of_cookie(shop, read_cookie(shop, _cookie_of(kind)))
    if principal is not None:
        await identity.end_session(shop, principal.session.id)


async def sign_in_client(shop: Shop, account: Account) -> tuple[Session, str]:
    """A new session of an API client, and its first refresh token."""
    session, token = await _start(shop, account, Channel.API)
    _be(shop, session, account)
    return session, token


def give_refresh_cookie(shop: Shop, response: Response, session: Session, token: str) -> None:
    """Put a refresh token where scripts cannot read it."""
    lasts = LIFETIMES[Channel.API, session.kind].idle
    set_cookie(shop, response, REFRESH_COOKIE, token, lasts=lasts, path=REFRESH_PATH, same_site="Strict")


def drop_refresh_cookie(shop: Shop, response: Response) -> None:
    """Take it away."""
    drop_cookie(shop, response, REFRESH_COOKIE, path=REFRESH_PATH)


def account_view(shop: Shop, account: Account) -> dict[str, Any]:
    """An account as the API shows it to its owner."""
    view: dict[str, Any] = {
        "id": account.id,
        "kind": kind_of(account).value,
        "email": account.email,
        "name": account.name,
        "role": account.role.value if isinstance(account, Staff) else None,
    }
    if isinstance(account, Customer):
        view |= {"phone": account.phone, "consents": {what: True for what in account.consents}}
        view["consents_given"] = given_consents(account)
        view["ext"] = shown(shop, "customer", account.ext)
    return view


def given_consents(customer: Customer) -> list[dict[str, Any]]:
    """What a customer agreed to, since when and where."""
    sources = customer.consent_sources
    return [
        {"to": what, "since": at.isoformat().replace("+00:00", "Z"), "source": sources.get(what, "")}
        for what, at in sorted(customer.consents.items())
    ]


async def confirm_password(shop: Shop, customer: Customer, field: str) -> None:
    """Make sure that whoever sits there knows the password, which the form has in this field.

    Raises:
        Invalid: they do not (the error is about the field).
        TooManyRequests: too many tries.
    """
    await limit(shop, "password", customer.id, TRIES_OF_ACCOUNT, WINDOW)
    # As it was typed: `Form` strips values, and a password may begin or end with a space.
    typed = str((await request.form).get(field, ""))
    try:
        await identity.require_password(shop, customer, typed)
    except Invalid as error:
        raise Invalid.field(field, error.errors[0].message, error.errors[0].code) from None


async def signed_in_lately(shop: Shop, session_id: str) -> bool:
    """Whether whoever holds this session proved who they are within the last minutes."""
    principal = await identity.find_principal(shop, session_id)
    return principal is not None and shop.clock.now() - principal.session.created_at < LATELY


async def own_account(shop: Shop, kind: str, account_id: str) -> Account:
    """The account of whoever is signed in.

    Raises:
        Unauthenticated: it was closed a moment ago.
    """
    account = await identity.find_account(shop, Kind(kind), account_id)
    if account is None or account.disabled:
        raise Unauthenticated("This account is closed.", hint="Write to the shop.")
    return account


async def _start(shop: Shop, account: Account, channel: Channel) -> tuple[Session, str]:
    address = request.remote_addr or ""
    started = await identity.start_session(
        shop, account, channel, ip=address, user_agent=request.headers.get("User-Agent", "")
    )
    if isinstance(account, Staff):
        await audit.record(
            shop,
            "staff.signed_in",
            f"staff:{account.id}",
            actor_id=account.id,
            actor_name=account.name,
            detail={"channel": channel.value},
            ip=address,
        )
    return started


def _be(shop: Shop, session: Session, account: Account) -> None:
    role = account.role.value if isinstance(account, Staff) else ""
    by_bearer = session.channel is Channel.API
    g.spoeq_actor = actor_of(shop, Principal(session, account.email, account.name, role), by_bearer=by_bearer)


def _cookie_of(kind: Kind) -> str:
    return STAFF_COOKIE if kind is Kind.STAFF else SHOPPER_COOKIE
