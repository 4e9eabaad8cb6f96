"""Rate limits: so many tries in so many seconds, counted in Redis for all processes together."""

from __future__ import annotations

import ipaddress
import logging

from quart import request

from spoeq_core.kernel.errors import TooManyRequests
from spoeq_core.kernel.ids import fingerprint
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

IPV6_NETWORK = 64


async def limit(shop: Shop, name: str, key: str, times: int, seconds: int) -> None:
    """Count a try, and refuse it if there were too many. Without Redis nothing is counted and nothing refused.

    Args:
        shop: The shop.
        name: What is tried ("login").
        key: By whom or at what (an address, an account): kept as a hash.
        times: How many tries are good in a window.
        seconds: How long a window is; it begins with the first try.

    Raises:
        TooManyRequests: the window's tries are used up; it says when the window ends.
    """
    counter = _counter(shop, name, key)
    try:
        async with shop.redis.pipeline(transaction=True) as pipeline:
            pipeline.set(counter, 0, ex=seconds, nx=True)
            pipeline.incr(counter)
            pipeline.ttl(counter)
            _, tried, left = await pipeline.execute()
    except REDIS_ERRORS:
        log.warning("Redis is down: the limit on %s is not kept", name)
        return
    if int(tried) > times:
        log.warning("too many tries of %s: %s in %s s", name, tried, seconds)
        raise TooManyRequests("Too many tries.", hint="Wait a little and try again.", retry_after=max(1, int(left)))


async def limit_visitor(shop: Shop, name: str, *, times: int, seconds: int) -> None:
    """The same, counted by the address the request came from.

    Raises:
        TooManyRequests: the window's tries are used up.
    """
    await limit(shop, name, client_address(), times, seconds)


async def uncount(shop: Shop, name: str, key: str) -> None:
    """Take a try back: it succeeded, and only failures count."""
    try:
        await shop.redis.eval(_GIVE_BACK, 1, _counter(shop, name, key))
    except REDIS_ERRORS:
        log.debug("Redis is down: nothing was counted for %s", name)


def client_address() -> str:
    """Where the request came from, as limits count it: an IPv6 client has a whole /64."""
    text = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)


# Only a counter that still runs is lowered: a plain DECR would make one that never ends.
_GIVE_BACK = "if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then return redis.call('DECR', KEYS[1]) end return 0"


def _counter(shop: Shop, name: str, key: str) -> str:
    return shop.key("limit", name, fingerprint(key)[:32])
