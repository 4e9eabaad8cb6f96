"""Background tasks end, whatever they do with a cancellation."""

from __future__ import annotations

import asyncio

from spoeq_core.kernel.ending import end


async def forever(lost: int) -> None:
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if lost == 0:
                raise
            lost -= 1


async def test_a_task_that_lost_its_cancellation_is_cancelled_again():
    tasks = [asyncio.create_task(forever(lost)) for lost in (0, 1, 2)]
    await asyncio.sleep(0)
    await end(*tasks, patience=0.01)
    assert all(task.cancelled() for task in tasks)


async def test_a_task_may_tidy_up_first():
    tidied: list[str] = []

    async def tidy() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            tidied.append("done")

    task = asyncio.create_task(tidy())
    await asyncio.sleep(0)
    await end(task, patience=60)
    assert tidied == ["done"]


async def test_what_failed_or_has_ended_already_is_no_problem():
    async def fail() -> None:
        raise ValueError

    failed, finished = asyncio.create_task(fail()), asyncio.create_task(asyncio.sleep(0))
    await asyncio.sleep(0.01)
    await end(failed, finished)
    await end()
