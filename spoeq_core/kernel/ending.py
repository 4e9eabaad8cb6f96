"""How background tasks are ended for sure."""

from __future__ import annotations

import asyncio
from typing import Any

PATIENCE = 5.0
"""Seconds that a task has for tidying up before it is cancelled again."""


async def end(*tasks: asyncio.Task[Any], patience: float = PATIENCE) -> None:
    """Cancel tasks and wait until they have ended, with whatever result.

    A cancellation can get lost in a library: up to Python 3.11 `asyncio.wait_for` drops it if what it waits for is done
    at the same moment, and redis-py sends each command within one. A loop would then go on for ever, and whoever waits
    for it too; so it is cancelled again.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=patience)
    await asyncio.gather(*tasks, return_exceptions=True)
