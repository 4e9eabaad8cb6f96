"""Staff pages: long work, how far it is, what it could not do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from quart import Blueprint, Response

from spoeq_core.jobs import service as jobs
from spoeq_core.jobs.model import Failure, Job
from spoeq_core.kernel.errors import Conflict, NotFound
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_jobs", __name__)

PATH = "/admin/jobs"
PER_PAGE = 50
FIRST_FAILURES = 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run: such cells are written as text."""


@blueprint.get("/jobs")
@staff("dashboard.view")
async def index() -> Response:
    """The jobs that whoever asks may see, newest first."""
    actor = await current_actor()
    before = query_text("cursor")
    found = await jobs.list_jobs(current_shop(), permissions=actor.permissions, before=before, limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return await render(
        "admin",
        "pages/jobs.html",
        page=page("Jobs"),
        jobs=[job_view(job) for job in shown],
        next_url=link(PATH, {"cursor": shown[-1].id}) if len(found) > PER_PAGE else "",
    )


@blueprint.get("/jobs/<job_id>")
@staff("dashboard.view")
async def show(job_id: str) -> Response:
    """A job's progress; the page asks again by itself until the job has ended."""
    job = await _job(job_id)
    failures = await jobs.failures_of(current_shop(), job.id, limit=FIRST_FAILURES)
    return await render(
        "admin",
        "pages/job.html",
        page=page(translate(job.title)),
        job=job_view(job),
        failures=[_row(f) for f in failures],
    )


@blueprint.post("/jobs/<job_id>/cancel")
@staff("dashboard.view")
async def cancel(job_id: str) -> Response:
    """Stop it after the step it is at."""
    job = await _job(job_id)
    back = see_other(f"{PATH}/{job.id}")
    try:
        await jobs.cancel_job(current_shop(), job.id)
    except Conflict as error:
        return flash(back, error.message, "warn")
    return flash(back, "It stops after the step it is at. What is done stays done.")


@blueprint.get("/jobs/<job_id>/failures.csv")
@staff("dashboard.view")
async def failures(job_id: str) -> Response:
    """What it could not do, for a spreadsheet."""
    job = await _job(job_id)
    found = await jobs.failures_of(current_shop(), job.id)
    response = Response(as_csv(found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="failures-{job.id}.csv"'
    return response


def job_view(job: Job) -> dict[str, Any]:
    """A job as pages show it."""
    return {
        "id": job.id,
        "title": translate(job.title),
        "state": "cancelling" if job.cancel and not job.state.ended else job.state.value,
        "ended": job.state.ended,
        "done": job.done,
        "failed": job.failed,
        "total": job.total,
        "percent": job.percent,
        "result": dict(job.result),
        "error": job.error,
        "by": job.actor_name,
        "created_at": job.created_at,
        "ended_at": job.ended_at,
        "url": f"{PATH}/{job.id}",
    }


def as_csv(failures: Iterable[Failure]) -> str:
    """The failures as CSV with a byte order mark, for spreadsheets; no cell is a formula."""
    rows = list(failures)
    extra = list(dict.fromkeys(name for row in rows for name in row.detail))
    text = io.StringIO("\ufeff", newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(["item", "reason", *map(csv_cell, extra)])
    for row in rows:
        writer.writerow(
            [csv_cell(part) for part in (row.ref, translate(row.reason), *(row.detail.get(name, "") for name in extra))]
        )
    return text.getvalue()


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _row(failure: Failure) -> dict[str, str]:
    return {"ref": failure.ref, "reason": translate(failure.reason)}


async def _job(job_id: str) -> Job:
    job = await jobs.job_by_id(current_shop(), job_id)
    if not (await current_actor()).may(job.permission):
        raise NotFound("There is no such job.", hint="It may have ended more than 30 days ago.")
    return job
