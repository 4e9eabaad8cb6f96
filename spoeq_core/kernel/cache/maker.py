"""How a value is made, and how processes share it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, Protocol, TypeVar

from spoeq_core.kernel.cache.making import Making, being_made
from spoeq_core.kernel.cache.shelf import Entry

V = TypeVar("V")

USUAL_WEIGHT = 4_000


class Packing(Protocol[V]):
    """How values become bytes that the processes share."""

    def pack(self, value: V) -> bytes:
        """The bytes."""
        ...

    def unpack(self, packed: bytes) -> V:
        """The value."""
        ...


class Maker(Generic[V]):
    """How a value is made, with what it turns out to depend on."""

    def __init__(
        self,
        make: Callable[[], Awaitable[V]],
        tags: Callable[[V], Iterable[str]] | None,
        seconds: float,
        weigh: Callable[[V], int] | None,
        packing: Packing[V] | None,
    ) -> None:
        self._make = make
        self._tags = tags
        self._seconds = seconds
        self._weigh = weigh
        self.packing = packing

    async def entry(self) -> Entry:
        """The value, made now."""
        began = time.monotonic()
        with being_made(Making(seconds=self._seconds, precise=self._tags is not None)) as making:
            value = await self._make()
        if self._tags is not None:
            making.depend(self._tags(value))
        weight = self._weigh(value) if self._weigh else USUAL_WEIGHT
        return Entry(value, frozenset(making.tags), began + making.seconds, weight)
