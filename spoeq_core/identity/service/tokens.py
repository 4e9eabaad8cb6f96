"""Tokens of API clients: a signed access token for a quarter of an hour, a refresh token that is used once.

The access token is a JWT (HS256, a key derived for nothing else) that names a session; the session is looked up as
for a browser, in Redis, so that an access token ends with its session and not a quarter of an hour later.

Refresh tokens rotate: each use replaces the secret of the session (their family) by one compare-and-set, so that of
two uses of the same token exactly one succeeds. The other one, like any later use of a replaced token, is taken for
theft and ends the family (RFC 9700, 4.14): there is no grace period. A client that refreshes from several places at
once must take turns.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import jwt

from spoeq_core.identity.documents import SessionRepository, find_account
from spoeq_core.identity.model import LIFETIMES, Account, Channel, Principal, Session
from spoeq_core.identity.service.sessions import end_session, find_principal, read_token, write_token
from spoeq_core.kernel.errors import Unauthenticated
from spoeq_core.kernel.ids import fingerprint, new_token
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

ACCESS_LIFE = timedelta(minutes=15)
CLOCK_SKEW = timedelta(seconds=30)
ALGORITHM = "HS256"
ACCESS = "access"
CLAIMS = ["iss", "aud", "exp", "nbf", "iat", "sub", "typ", "kind", "sid"]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A session that goes on: whose it is, and its next refresh token."""

    session: Session
    account: Account
    token: str


def issue_access_token(shop: Shop, session: Session) -> str:
    """A JWT that stands for the session for 15 minutes."""
    now = int(shop.clock.now().timestamp())
    claims = {
        "iss": shop.settings.base_url,
        "aud": _audience(shop),
        "iat": now,
        "nbf": now,
        "exp": now + int(ACCESS_LIFE.total_seconds()),
        "sub": session.account_id,
        "typ": ACCESS,
        "kind": session.kind.value,
        "sid": session.id,
    }
    return jwt.encode(claims, _key(shop), algorithm=ALGORITHM)


async def principal_of_access_token(shop: Shop, token: str) -> Principal:
    """Who an access token stands for.

    Raises:
        Unauthenticated: it is not ours, not an access token, too old, or its session is over (code "invalid_token").
    """
    claims = _claims(shop, token)
    found = await find_principal(shop, claims["sid"])
    if found is None or found.session.channel is not Channel.API or found.session.account_id != claims["sub"]:
        raise _refused()
    return found


async def refresh(shop: Shop, token: str) -> Refreshed:
    """The session of a refresh token, with the token that replaces it.

    Raises:
        Unauthenticated: it is not ours or its session is over; or it was used before, and now its session is over
            (code "invalid_refresh_token" for all, so that a thief learns nothing).
    """
    held = read_token(shop, Channel.API, token)
    session = await shop.repository(SessionRepository).find_by_id(held.session_id) if held else None
    now = shop.clock.now()
    if held is None or session is None or session.is_over(now):
        raise _no_refresh()
    account = await find_account(shop, session.kind, session.account_id)
    if account is None or account.disabled or account.session_epoch != session.epoch:
        raise _no_refresh()
    secret = new_token()
    fields: dict[str, Any] = {
        "secret_hash": fingerprint(secret),
        "seen_at": now,
        "idle_until": min(now + LIFETIMES[session.channel, session.kind].idle, session.expires_at),
    }
    result = await shop.repository(SessionRepository).collection.update_one(
        {"_id": session.id, "secret_hash": held.secret_hash}, {"$set": fields}
    )
    if result.matched_count == 0:
        log.warning("a refresh token of session %s was used twice: the session is ended", session.id)
        await end_session(shop, session.id)
        raise _no_refresh()
    renewed = replace(session, **fields)
    return Refreshed(renewed, account, write_token(shop, renewed, secret))


def _claims(shop: Shop, token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(shop),
            algorithms=[ALGORITHM],
            issuer=shop.settings.base_url,
            audience=_audience(shop),
            # The times are compared with the shop's clock below.
            options={"require": CLAIMS, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
        )
    except (jwt.InvalidTokenError, ValueError):
        raise _refused() from None
    now = shop.clock.now().timestamp()
    skew = CLOCK_SKEW.total_seconds()
    times_are_numbers = all(type(claims[name]) is int for name in ("exp", "nbf", "iat"))
    if claims["typ"] != ACCESS or not times_are_numbers or not claims["nbf"] - skew <= now < claims["exp"]:
        raise _refused()
    return claims


def _key(shop: Shop) -> bytes:
    return shop.keyring.derive("jwt:access")


def _audience(shop: Shop) -> str:
    return f"{shop.settings.base_url.rstrip('/')}/api/v1"


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "The access token is wrong or has expired.", hint="Refresh it, or sign in again.", code="invalid_token"
    )


def _no_refresh() -> Unauthenticated:
    return Unauthenticated(
        "The refresh token is wrong, has expired or was used before.",
        hint="Sign in again.",
        code="invalid_refresh_token",
    )
