"""Redis or Valkey: what may be lost. The truth stays in MongoDB."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError, RedisError, TimeoutError as RedisTimeoutError

REDIS_ERRORS = (RedisError, OSError)
"""What a caller that can do without Redis catches."""


def connect_redis(url: str) -> Redis:
    """A client that retries a dropped connection and gives up within about two seconds."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=1.0,
        socket_timeout=2.0,
        health_check_interval=15,
        retry=Retry(ExponentialBackoff(cap=0.2, base=0.02), 2),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )
