"""Background work: taskiq over Redis streams, and a schedule that runs in one worker at a time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bson import json_util
from taskiq_redis import RedisStreamBroker

RELAY_TASK = "spoeq:relay"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Work that repeats: `run(shop)` at each `every` seconds, in one worker at a time. Idempotent, short."""

    name: str
    every: float
    run: Callable[[Any], Awaitable[object]]


def create_broker(redis_url: str, prefix: str) -> RedisStreamBroker:
    """The stream by which web processes wake the worker; unacknowledged messages of a dead worker are taken over."""
    return RedisStreamBroker(
        url=redis_url,
        queue_name=f"{prefix}:tasks",
        consumer_group_name=f"{prefix}:workers",
        idle_timeout=60_000,
        maxlen=100_000,
    )


def pack(pending: list[dict[str, Any]]) -> str:
    """Pending events as text, dates kept."""
    return json_util.dumps(pending, json_options=json_util.CANONICAL_JSON_OPTIONS)


def unpack(text: str) -> list[dict[str, Any]]:
    """What was packed."""
    options = json_util.JSONOptions(tz_aware=True)
    found: list[dict[str, Any]] = json_util.loads(text, json_options=options)
    return found


def dumps(value: object) -> str:
    """Compact JSON with sorted keys: the same text for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
