"""What a job is: a document with progress, worked off by the worker in resumable steps.

A kind of job is declared once, as a value, and listed in `spoeq_core.rooms.JOBS`, or by a plugin in `register_jobs`:

    async def step(shop: Shop, job: Job) -> Step:
        first = job.cursor.get("next", 0)
        ids = job.params["ids"][first : first + 20]
        failures = [Failure(id, "unpaid") for id in ids if not await pack(shop, id)]
        return Step(done=len(ids), failures=failures, cursor={"next": first + 20},
                    finished=first + 20 >= len(job.params["ids"]))

    PACK = JobKind("orders.pack", step, permission="orders.fulfil")

A page starts one with `create_job(shop, PACK, title=…, params=…, total=…, actor_id=…, actor_name=…)` and leads to
`/admin/jobs/<id>`, which shows progress, cancels, and gives the failures as a CSV. The worker calls `step` again and
again with the job as the last step left it, until a step says `finished`, somebody cancels, or it fails for good.

Laws of a step: it takes at most `STEP_SECONDS`; what it did is remembered with one write after it returned, so a
worker killed half-way repeats it: a step must be idempotent (name what it changed by `job.id` and the cursor). Raising
repeats it after a pause, `MAX_ATTEMPTS` times in a row; then the job has failed, with what was done before kept.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoeq_core.shop import Shop

STEP_SECONDS = 30.0
LEASE = timedelta(seconds=60)
"""So long a worker that says nothing more is believed to be at a step; then another one takes over."""
MAX_ATTEMPTS = 5
PAUSE = timedelta(seconds=2)
KEEP = timedelta(days=30)
LONGEST_TEXT = 500


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that the job could not do.

    Attributes:
        ref: What it was about, unique in the job: an order's number, "row 17".
        reason: Why, a sentence for people.
        detail: More columns of the failures CSV.
    """

    ref: str
    reason: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did.

    Attributes:
        done: How many of the job's things it went through, failed ones included.
        failures: Those that could not be done.
        cursor: Where the next step goes on; JSON values.
        finished: Whether the job is done with this step.
        total: How many things there are, where it is only known now.
        result: What to show at the end; merged into what earlier steps gave. JSON values.
    """

    done: int = 0
    failures: Sequence[Failure] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    finished: bool = False
    total: int | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of long work.

    Attributes:
        kind: The name of its `JobKind`.
        title: What it does, for people: "Pack 40 orders".
        params: What it was asked to do; JSON values, no dots in names, at most some hundred kilobytes.
        actor_id: Who asked.
        actor_name: How they are called.
        permission: What staff need to see it or cancel it.
        done: How many things it went through.
        failed: How many of them could not be done.
        total: How many there are; 0 while nobody knows.
        cursor: Where the next step goes on.
        result: What its steps told.
        cancel: Whether somebody asked to stop it.
        attempts: How often the present step failed in a row.
        due: When a worker may take it; a worker at work moves it ahead.
        error: Why it failed.
    """

    id: str
    kind: str
    title: str
    params: Mapping[str, Any]
    actor_id: str
    actor_name: str
    permission: str
    created_at: datetime
    state: JobState = JobState.QUEUED
    done: int = 0
    failed: int = 0
    total: int = 0
    cursor: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    cancel: bool = False
    attempts: int = 0
    due: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime | None = None
    error: str = ""
    version: int = 1

    @property
    def percent(self) -> int:
        """How far it is, rounded down; 100 only at the end."""
        if self.state is JobState.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of long work: its name, its step, who may see and cancel it, and what to clear away after it.

    Attributes:
        name: `<domain>.<verb>`.
        step: Does the next part; see the head of this module.
        permission: What staff need.
        after: Called once or more before the job ends, in whatever way it does (to delete an uploaded file).
    """

    name: str
    step: Callable[[Shop, Job], Awaitable[Step]]
    permission: str
    after: Callable[[Shop, Job], Awaitable[None]] | None = None
