"""What comes one by one, in lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

T = TypeVar("T")


async def in_batches(found: AsyncIterator[T], size: int) -> AsyncIterator[list[T]]:
    """Lists of so many, the last one perhaps shorter."""
    batch: list[T] = []
    async for one in found:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
