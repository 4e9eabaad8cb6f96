"""Domain events: things that happened, named in the past tense, told through the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from spoeq_core.kernel.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all domain events. Fields hold JSON values only (str, int, bool, list, dict, None)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to tell one subscriber.

    Attributes:
        id: The same for each attempt, `<event id>:<subscriber>`: handlers are idempotent by it.
        event_id: The event's id.
        subscriber: Name of the subscriber, `<room or plugin>.<handler>`.
        attempt: 1 for the first.
        at: When the event happened.
    """

    id: str
    event_id: str
    subscriber: str
    attempt: int
    at: datetime


Handler = Callable[[Any, Any, Delivery], Awaitable[None]]
"""`async def handler(shop, event, delivery)`; raise to be retried."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler for one type of event. `plugin` is empty for the core's own."""

    name: str
    event: type[Event]
    handler: Handler
    plugin: str = ""


def subscriptions(room: str, handlers: Mapping[type[Event], Handler], plugin: str = "") -> list[Subscription]:
    """Named subscriptions from a table `{event type: handler}`."""
    return [Subscription(f"{room}.{handler.__name__}", event, handler, plugin) for event, handler in handlers.items()]


def to_pending(event: Event, at: datetime) -> dict[str, object]:
    """The form in which an event waits inside its aggregate's document."""
    return {"id": new_id(), "type": type(event).__name__, "data": asdict(event), "at": at}
