"""Jobs go on where they stopped, whoever stops them: a fault, a worker's end, a wish to cancel."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from spoeq_core.jobs.documents import FailureRepository, JobRepository
from spoeq_core.jobs.model import KEEP, LEASE, MAX_ATTEMPTS, PAUSE, Failure, Job, JobKind, JobState, Step
from spoeq_core.jobs.service import (
    JobRunner,
    cancel_job,
    create_job,
    failures_of,
    forget_old_jobs,
    job_by_id,
    list_jobs,
    run_jobs,
)
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict, NotFound, SpoeqError
from spoeq_core.kernel.languages import Catalogue
from spoeq_core.kernel.messages import counted, message, sentences
from spoeq_core.shop import Shop


class Counting:
    """A kind of job that counts to `params["to"]`, two at a step; multiples of three cannot be done."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.faults: list[BaseException] = []
        self.ended: list[JobState] = []
        self.before_answer: Any = None
        self.kind = JobKind("test.count", self.step, "orders.manage", self.after)

    async def step(self, _shop: Shop, job: Job) -> Step:
        if self.faults:
            raise self.faults.pop(0)
        first = job.cursor.get("next", 1)
        numbers = list(range(first, min(first + 2, job.params["to"] + 1)))
        self.seen += numbers
        if self.before_answer is not None:
            await self.before_answer(job)
        failures = [Failure(f"number {n}", "a multiple of three", {"a.b": str(n)}) for n in numbers if n % 3 == 0]
        after = first + len(numbers)
        return Step(len(numbers), failures, {"next": after}, after > job.params["to"], result={"last": after - 1})

    async def after(self, _shop: Shop, job: Job) -> None:
        self.ended.append(job.state)


@pytest.fixture
def counting() -> Counting:
    return Counting()


async def start(shop: Shop, counting: Counting, to: int = 7, **more: Any) -> Job:
    given = {"title": f"Count to {to}", "params": {"to": to}, "total": to, "actor_id": "a", "actor_name": "Asha"}
    return await create_job(shop, counting.kind, **{**given, **more})


async def test_a_job_is_worked_off_step_by_step(shop: Shop, counting: Counting) -> None:
    job = await start(shop, counting)
    assert await run_jobs(shop, [counting.kind]) == 1
    ended = await job_by_id(shop, job.id)
    assert counting.seen == [1, 2, 3, 4, 5, 6, 7]
    assert (ended.state, ended.done, ended.failed, ended.total, ended.percent) == (JobState.DONE, 7, 2, 7, 100)
    assert ended.result == {"last": 7}
    assert [failure.ref for failure in await failures_of(shop, job.id)] == ["number 3", "number 6"]
    assert (await failures_of(shop, job.id, skip=1, limit=1))[0].detail == {"a.b": "6"}
    assert await run_jobs(shop, [counting.kind]) == 0


async def test_a_job_whose_kind_is_not_there_waits(shop: Shop, counting: Counting) -> None:
    job = await start(shop, counting)
    assert await run_jobs(shop, []) == 0
    assert (await job_by_id(shop, job.id)).state is JobState.QUEUED


async def test_a_fault_is_tried_again_after_a_pause(shop: Shop, counting: Counting, clock: FixedClock) -> None:
    counting.faults = [RuntimeError("the disk")]
    job = await start(shop, counting)
    await run_jobs(shop, [counting.kind])
    waiting = await job_by_id(shop, job.id)
    assert (waiting.state, waiting.attempts, waiting.error) == (JobState.QUEUED, 1, "RuntimeError: the disk")
    assert await run_jobs(shop, [counting.kind]) == 0
    clock.forward(PAUSE)
    await run_jobs(shop, [counting.kind])
    ended = await job_by_id(shop, job.id)
    assert (ended.state, ended.attempts, ended.error) == (JobState.DONE, 0, "")


async def test_it_fails_for_good_and_keeps_what_was_done(shop: Shop, counting: Counting, clock: FixedClock) -> None:
    async def fail_from_now_on(_job: Job) -> None:
        counting.faults = [SpoeqError("No more numbers.", hint="Count less.")] * MAX_ATTEMPTS

    counting.before_answer = fail_from_now_on
    job = await start(shop, counting)
    for _ in range(MAX_ATTEMPTS + 1):
        await run_jobs(shop, [counting.kind])
        clock.forward(timedelta(minutes=5))
    ended = await job_by_id(shop, job.id)
    assert (ended.state, ended.done, ended.error) == (JobState.FAILED, 2, "No more numbers. Count less.")
    assert len(counting.ended) == 1


async def test_a_wish_to_cancel_ends_it_after_its_step(shop: Shop, counting: Counting) -> None:
    async def cancel(job: Job) -> None:
        if job.done == 2:
            await cancel_job(shop, job.id)

    counting.before_answer = cancel
    job = await start(shop, counting)
    await run_jobs(shop, [counting.kind])
    ended = await job_by_id(shop, job.id)
    assert (ended.state, ended.done, ended.cancel) == (JobState.CANCELLED, 4, True)
    assert len(counting.ended) == 1
    with pytest.raises(Conflict):
        await cancel_job(shop, job.id)


async def test_cancelling_what_waits_for_another_attempt_needs_no_waiting(shop: Shop, counting: Counting) -> None:
    counting.faults = [RuntimeError("once")]
    job = await start(shop, counting)
    await run_jobs(shop, [counting.kind])
    await cancel_job(shop, job.id)
    await run_jobs(shop, [counting.kind])
    assert (await job_by_id(shop, job.id)).state is JobState.CANCELLED
    assert counting.seen == []


async def test_what_is_not_there_cannot_be_cancelled(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await cancel_job(shop, "none")


async def test_a_dead_workers_job_goes_on_and_counts_nothing_twice(
    shop: Shop, counting: Counting, clock: FixedClock
) -> None:
    job = await start(shop, counting)
    dead = await shop.repository(JobRepository).save(
        replace(job, state=JobState.RUNNING, due=clock.now() + LEASE, done=2, cursor={"next": 3})
    )
    first = await counting.step(shop, dead)
    await _forget(shop, dead, first)
    assert await run_jobs(shop, [counting.kind]) == 0
    clock.forward(LEASE)
    await run_jobs(shop, [counting.kind])
    ended = await job_by_id(shop, job.id)
    assert (ended.done, ended.failed) == (7, 2)
    assert len(await failures_of(shop, job.id)) == 2


async def _forget(shop: Shop, job: Job, step: Step) -> None:
    """As if the worker died between writing the failures and writing the progress."""
    await shop.repository(FailureRepository).add(job.id, job.failed, step.failures, shop.clock.now() + LEASE)


async def test_a_worker_that_came_back_too_late_writes_nothing(
    shop: Shop, counting: Counting, clock: FixedClock
) -> None:
    async def lose_it(job: Job) -> None:
        counting.before_answer = None
        clock.forward(LEASE)
        assert await run_jobs(shop, [counting.kind]) == 1

    counting.before_answer = lose_it
    job = await start(shop, counting)
    await run_jobs(shop, [counting.kind])
    ended = await job_by_id(shop, job.id)
    assert (ended.state, ended.done, ended.failed) == (JobState.DONE, 7, 2)


async def test_a_runner_that_stops_lets_go_at_once(shop: Shop, counting: Counting) -> None:
    stuck, reached = asyncio.Event(), asyncio.Event()

    async def hang(_job: Job) -> None:
        reached.set()
        await stuck.wait()

    counting.before_answer = hang
    job = await start(shop, counting)
    runner = JobRunner(shop)
    await runner.begin([counting.kind])
    await reached.wait()
    await runner.stop()
    counting.before_answer = None
    assert await run_jobs(shop, [counting.kind]) == 1
    assert (await job_by_id(shop, job.id)).state is JobState.DONE


async def test_two_workers_share_the_jobs(shop: Shop, counting: Counting) -> None:
    for _ in range(6):
        await start(shop, counting, to=2)
    ran = await asyncio.gather(*(run_jobs(shop, [counting.kind]) for _ in range(3)))
    assert sum(ran) == 6
    assert len(counting.seen) == 12


async def test_jobs_are_listed_for_whoever_may_see_them(shop: Shop, counting: Counting) -> None:
    first, second = await start(shop, counting), await start(shop, counting, actor_id="b")
    assert [job.id for job in await list_jobs(shop, permissions=["orders.manage"])] == [second.id, first.id]
    assert await list_jobs(shop, permissions=["catalog.manage"]) == []
    assert [job.id for job in await list_jobs(shop, actor_id="a")] == [first.id]
    assert [job.id for job in await list_jobs(shop, before=second.id, limit=1)] == [first.id]


async def test_a_running_job_is_never_shown_as_complete(shop: Shop, counting: Counting) -> None:
    job = await start(shop, counting)
    assert replace(job, done=7).percent == 99
    assert replace(job, done=7, total=0).percent == 0


async def test_a_failure_is_kept_as_a_sentence_that_can_be_translated(shop: Shop, counting: Counting) -> None:
    job = await start(shop, counting)
    why = sentences((message("There is no SKU “%(sku)s”.", sku="A-1"), counted("%(n)s left", "%(n)s are left", 2)))
    await shop.repository(FailureRepository).add(
        job.id, 0, [Failure("a", why), Failure("b", "plain")], shop.clock.now() + KEEP
    )
    kept = await failures_of(shop, job.id)
    assert [failure.reason for failure in kept] == ["There is no SKU “A-1”. 2 are left", "plain"]
    hindi = Catalogue(texts={"There is no SKU “%(sku)s”.": "कोई SKU “%(sku)s” नहीं है।"})
    assert hindi.say(kept[0].reason) == "कोई SKU “A-1” नहीं है। 2 are left"


async def test_old_jobs_are_forgotten(shop: Shop, counting: Counting, clock: FixedClock) -> None:
    job = await start(shop, counting)
    await run_jobs(shop, [counting.kind])
    waiting = await start(shop, counting)
    clock.forward(KEEP + timedelta(seconds=1))
    await forget_old_jobs(shop)
    assert await failures_of(shop, job.id) == []
    assert [job.id for job in await list_jobs(shop)] == [waiting.id]
