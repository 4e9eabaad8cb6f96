"""Id tokens: whether one proves who somebody is, to this shop and in this attempt (OpenID Connect Core 1.0, 3.1.3.7).

It does if it is RS256, of this issuer, for this client alone, not over, and repeats the attempt's nonce; `alg` is
never taken from the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt

from spoeq_core.identity.asking import LoginFault
from spoeq_core.identity.logins import LONGEST_SUBJECT

ALGORITHM = "RS256"
REQUIRED = ["iss", "sub", "aud", "exp", "iat"]
SKEW = 60
"""Seconds by which two clocks may differ."""
Claims = Mapping[str, Any]


def key_id_of(token: str) -> str:
    """Which of the issuer's keys a token says it is signed with.

    Raises:
        InvalidTokenError: it is no token.
    """
    return str(jwt.get_unverified_header(token).get("kid", ""))


def read_id_token(token: str, key: jwt.PyJWK, *, issuer: str, client_id: str, nonce: str, now: datetime) -> Claims:
    """The claims of a token that proves who somebody is.

    Raises:
        InvalidTokenError: it does not; the message says why.
    """
    claims: Claims = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        audience=client_id,
        issuer=issuer,
        # The times are compared with the shop's clock below.
        options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
    if fault := _fault_of(claims, client_id, nonce, now.timestamp()):
        raise jwt.InvalidTokenError(fault)
    return claims


def rsa_keys(found: Mapping[str, Any]) -> dict[str, jwt.PyJWK]:
    """The issuer's keys for RS256 by their ids; keys of other kinds are passed over."""
    keys = found.get("keys")
    rsa = [one for one in keys if isinstance(one, dict) and one.get("kty") == "RSA"] if isinstance(keys, list) else []
    read = {}
    for one in rsa:
        if one.get("use", "sig") != "sig" or one.get("alg", ALGORITHM) != ALGORITHM:
            continue
        try:
            read[str(one.get("kid", ""))] = jwt.PyJWK(one, algorithm=ALGORITHM)
        except (jwt.PyJWTError, ValueError):
            continue
    if not read:
        raise LoginFault("the issuer has no RSA key to sign with")
    return read


def _fault_of(claims: Claims, client_id: str, nonce: str, now: float) -> str:
    """What is wrong with the claims of a signed token; empty if nothing is."""
    subject, audience = claims["sub"], claims["aud"]
    checks = {
        "no subject": isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT,
        "another nonce": claims.get("nonce") == nonce,
        "other audiences, too": audience in (client_id, [client_id]),
        "another party": claims.get("azp", client_id) == client_id,
        "over": _number(claims["exp"]) > now - SKEW,
        "of the future": _number(claims["iat"]) < now + SKEW,
    }
    return next((what for what, holds in checks.items() if not holds), "")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")
