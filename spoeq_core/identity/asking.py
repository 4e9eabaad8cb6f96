"""What is asked of a login provider's server: JSON over https, with patience and within bounds."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from spoeq_core.identity.logins import LoginDeclined
from spoeq_core.shop import Shop

PATIENCE = 4.0
"""Seconds that one answer of a provider may take."""
LONGEST_CODE = 2048
LARGEST = 512 * 1024
"""Bytes of an answer that are read."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
SERVER_ERROR = 500
CHECKED = 60.0
"""Seconds for which a provider that was found well is not asked again."""


class LoginFault(Exception):
    """A provider does not do what it should, or refuses the shop's keys. No secrets, for staff to read."""


def declined(answer: Mapping[str, str]) -> LoginDeclined | None:
    """Why an answer of an authorization endpoint signs nobody in; None if it brings a code (RFC 6749, 4.1.2).

    Whatever it says is no fault of the provider's: it comes out of an address, into which anybody can write.
    """
    if answer.get("error") == "access_denied":
        return LoginDeclined("denied")
    code = answer.get("code", "")
    if answer.get("error") or not (0 < len(code) <= LONGEST_CODE and code.isascii() and code.isprintable()):
        return LoginDeclined("expired", "the answer brings no code")
    return None


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; read once, since that takes tens of milliseconds."""
    return httpx.create_ssl_context()


async def ask_json(
    method: str,
    url: str,
    *,
    data: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
) -> tuple[int, Any]:
    """Status and JSON of an answer; None where it is no JSON. Follows no redirect, reads half a megabyte at most.

    Raises:
        LoginFault: there is no answer within the patience, or it is too large.
    """
    sent = {"Accept": "application/json", "User-Agent": "spoeq", **(headers or {})}
    body = bytearray()
    trusted = await asyncio.to_thread(_trusted)
    try:
        async with (
            httpx.AsyncClient(timeout=patience, verify=trusted) as client,
            client.stream(method, url, data=data, headers=sent) as answer,
        ):
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise LoginFault(f"{url} answered more than {LARGEST} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise LoginFault(f"{url} does not answer: {type(error).__name__}") from None
    if answer.status_code >= SERVER_ERROR:
        raise LoginFault(f"{url} answered {answer.status_code}")
    try:
        return answer.status_code, json.loads(body)
    except ValueError:
        return answer.status_code, None


def require_safe(shop: Shop, url: object) -> str:
    """An address to which the shop may send what is secret: https, or this machine while developing.

    Raises:
        LoginFault: it is another one.
    """
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    local = shop.settings.for_development and parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not local:
        raise LoginFault(f"the provider's address {url!r} is not https")
    return str(url)


def error_of(found: object) -> str:
    """What a token endpoint says is wrong, shortened: a word of RFC 6749, 5.2."""
    error = found.get("error", "without a token") if isinstance(found, dict) else "and no JSON object"
    return error[:60] if isinstance(error, str) else ""


async def trouble_of(shop: Shop, name: str, check: Callable[[], Awaitable[None]]) -> str:
    """What a check of a provider finds wrong; empty if nothing.

    What is well is asked again after a minute, and when settings were saved, so that whoever looks at /readyz every
    few seconds does not make the shop ask the provider as often.

    Args:
        shop: The shop.
        name: The provider's.
        check: Raises `LoginFault`.
    """

    async def well() -> bool:
        await check()
        return True

    try:
        await shop.cache.get_or_make(f"login provider {name} is well", well, seconds=CHECKED)
    except LoginFault as fault:
        return str(fault)
    return ""
