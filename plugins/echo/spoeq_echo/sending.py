"""Sends the webhooks that are due, over HTTP and signed, as a gateway would: again until they are answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from spoeq_core.sdk import Shop
from spoeq_echo.documents import MOST_TRIES, Calls
from spoeq_echo.gateway import secret_of
from spoeq_echo.model import SIGNATURE, signature

log = logging.getLogger(__name__)

EVERY = 1.0
AT_ONCE = 20
PATIENCE = 5.0
Post = Callable[[str, bytes, dict[str, str]], Awaitable[int]]
"""Posts a body to a path of the shop with these headers; the status of the answer, 0 without one."""


async def send_due(shop: Shop, post: Post | None = None) -> int:
    """Send what is due; how many were taken.

    Args:
        shop: The shop.
        post: How; over the network to the shop's own address by default.
    """
    calls, sent = shop.repository(Calls), 0
    for call in await calls.due(AT_ONCE):
        if not await calls.claim(call):
            continue
        body = call.body.encode()
        headers = {SIGNATURE: signature(secret_of(shop), body), "content-type": "application/json"}
        status = await (post(call.path, body, headers) if post else _over_http(shop, call.path, body, headers))
        good = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        sent += good
        if good or call.tries + 1 >= MOST_TRIES:
            await calls.delete(call.id)
        else:
            log.warning("the shop answered %s to a webhook of echo at %s", status or "nothing", call.path)
    return sent


async def _over_http(shop: Shop, path: str, body: bytes, headers: dict[str, str]) -> int:
    request = Request(f"{shop.settings.base_url.rstrip('/')}{path}", data=body, headers=headers, method="POST")  # noqa: S310

    def ask() -> int:
        try:
            with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - the shop's own address
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code
        except (URLError, TimeoutError, OSError):
            return 0

    return await asyncio.to_thread(ask)
