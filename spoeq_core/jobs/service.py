"""Starting, watching, cancelling and working off jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from spoeq_core.jobs.documents import FailureRepository, JobRepository
from spoeq_core.jobs.model import (
    KEEP,
    LEASE,
    LONGEST_TEXT,
    MAX_ATTEMPTS,
    PAUSE,
    STEP_SECONDS,
    Failure,
    Job,
    JobKind,
    JobState,
    Step,
)
from spoeq_core.kernel.ending import end
from spoeq_core.kernel.errors import Conflict, SpoeqError, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.mongo import where
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

AT_ONCE = 3
"""Jobs that one worker is at, at the same time."""


async def create_job(
    shop: Shop,
    kind: JobKind,
    *,
    title: str,
    params: Mapping[str, Any],
    actor_id: str,
    actor_name: str,
    total: int = 0,
) -> Job:
    """A new job, which the worker begins within a second.

    Args:
        shop: The shop.
        kind: What to do.
        title: The same for people: "Pack 40 orders".
        params: What the steps need; JSON values.
        actor_id: Who asks.
        actor_name: How they are called.
        total: How many things there are to go through; 0 if only a step can tell.
    """
    now = shop.clock.now()
    job = Job(
        id=new_id(),
        kind=kind.name,
        title=title[:LONGEST_TEXT],
        params=dict(params),
        actor_id=actor_id,
        actor_name=actor_name,
        permission=kind.permission,
        created_at=now,
        total=total,
        due=now,
    )
    return await shop.repository(JobRepository).insert(job)


async def job_by_id(shop: Shop, job_id: str) -> Job:
    """A job.

    Raises:
        NotFound: there is none, or it ended more than 30 days ago.
    """
    return await shop.repository(JobRepository).get(job_id)


async def list_jobs(
    shop: Shop,
    *,
    permissions: Iterable[str] | None = None,
    actor_id: str | None = None,
    before: str = "",
    limit: int = 50,
) -> list[Job]:
    """Jobs, newest first: those that need one of the permissions, of this account."""
    query = where(
        actor_id=actor_id,
        permission={"$in": sorted(permissions)} if permissions is not None else None,
        _id={"$lt": before} if before else None,
    )
    return await shop.repository(JobRepository).find(query, sort=[("_id", -1)], limit=limit)


async def running_jobs(shop: Shop, actor_id: str) -> int:
    """How many of somebody's jobs have not ended."""
    return await shop.repository(JobRepository).count({"actor_id": actor_id, "due": {"$ne": None}})


async def failures_of(shop: Shop, job_id: str, *, skip: int = 0, limit: int = 0) -> list[Failure]:
    """What a job could not do, in the order it happened; `limit` 0 is all."""
    return await shop.repository(FailureRepository).of(job_id, skip=skip, limit=limit)


async def cancel_job(shop: Shop, job_id: str) -> None:
    """Stop a job after the step it is at. What it did stays done.

    Raises:
        NotFound: there is no such job.
        Conflict: it has ended.
    """
    jobs = shop.repository(JobRepository)
    await jobs.get(job_id)
    if not await jobs.ask_to_cancel(job_id, shop.clock.now()):
        raise Conflict("This job has ended already.", code="job_ended")


async def forget_old_jobs(shop: Shop) -> None:
    """Remove jobs that ended long ago, and what they could not do."""
    old = {"expires_at": {"$lt": shop.clock.now()}}
    await shop.repository(JobRepository).collection.delete_many(old)
    await shop.repository(FailureRepository).collection.delete_many(old)


async def run_jobs(shop: Shop, kinds: Iterable[JobKind]) -> int:
    """Work off all jobs that are due, one after the other; how many (for tests and commands)."""
    known = {kind.name: kind for kind in kinds}
    ran = 0
    while (taken := await _take(shop, known)) is not None:
        await _work(shop, *taken)
        ran += 1
    return ran


class JobRunner:
    """The worker's side: at each `begin` it takes on what is due, up to `AT_ONCE` jobs at a time.

    Workers share the jobs among themselves: whoever writes the job first has it, for as long as its lease.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, kinds: Iterable[JobKind]) -> None:
        """Take what is due, and go on in the background."""
        known = {kind.name: kind for kind in kinds}
        while len(self._tasks) < AT_ONCE and (taken := await _take(self._shop, known)) is not None:
            task = asyncio.create_task(_work(self._shop, *taken))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Let go of everything; another worker takes it up at once."""
        await end(*self._tasks)


async def _take(shop: Shop, kinds: Mapping[str, JobKind]) -> tuple[JobKind, Job] | None:
    """The next job that is due, now this worker's."""
    now = shop.clock.now()
    for job in await shop.repository(JobRepository).due(sorted(kinds), now):
        begun = replace(job, state=JobState.RUNNING, due=now + LEASE, started_at=job.started_at or now)
        try:
            return kinds[job.kind], await shop.repository(JobRepository).save(begun)
        except StaleAggregate:
            continue
    return None


async def _work(shop: Shop, kind: JobKind, job: Job) -> None:
    """Step by step until it has ended, or is another worker's, or waits for another attempt."""
    try:
        while job.state is JobState.RUNNING:
            job = await _next(shop, kind, job)
    except StaleAggregate:
        log.info("job %s is another worker's now", job.id)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await shop.repository(JobRepository).save(replace(job, due=shop.clock.now()))
        raise
    except Exception:
        log.exception("job %s could not be written; it is taken up again when its lease has ended", job.id)


async def _next(shop: Shop, kind: JobKind, job: Job) -> Job:
    jobs = shop.repository(JobRepository)
    if await jobs.is_unwanted(job.id):
        return await _end(shop, kind, job, JobState.CANCELLED)
    try:
        async with asyncio.timeout(STEP_SECONDS):
            step = await kind.step(shop, job)
    except Exception as error:
        log.warning("a step of job %s failed, attempt %d", job.id, job.attempts + 1, exc_info=True)
        return await _failed(shop, kind, job, error)
    return await _advance(shop, kind, job, step)


async def _advance(shop: Shop, kind: JobKind, job: Job, step: Step) -> Job:
    now = shop.clock.now()
    await shop.repository(FailureRepository).add(job.id, job.failed, step.failures, now + KEEP)
    done = job.done + step.done
    moved = replace(
        job,
        done=done,
        failed=job.failed + len(step.failures),
        total=max(job.total if step.total is None else step.total, done),
        cursor=dict(step.cursor),
        result={**job.result, **step.result},
        attempts=0,
        due=now + LEASE,
    )
    return (
        await _end(shop, kind, moved, JobState.DONE)
        if step.finished
        else await shop.repository(JobRepository).save(moved)
    )


async def _failed(shop: Shop, kind: JobKind, job: Job, error: Exception) -> Job:
    words = str(error) if isinstance(error, SpoeqError) else f"{type(error).__name__}: {error}"
    tried = replace(job, attempts=job.attempts + 1, error=words[:LONGEST_TEXT])
    if tried.attempts >= MAX_ATTEMPTS:
        return await _end(shop, kind, tried, JobState.FAILED)
    later = shop.clock.now() + PAUSE * 2**job.attempts
    return await shop.repository(JobRepository).save(replace(tried, state=JobState.QUEUED, due=later))


async def _end(shop: Shop, kind: JobKind, job: Job, state: JobState) -> Job:
    if kind.after is not None:
        try:
            await kind.after(shop, job)
        except Exception:
            log.exception("what should follow job %s failed; the job has ended all the same", job.id)
    now = shop.clock.now()
    error = job.error if state is JobState.FAILED else ""
    return await shop.repository(JobRepository).save(
        replace(job, state=state, due=None, ended_at=now, expires_at=now + KEEP, error=error)
    )
