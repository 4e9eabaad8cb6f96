"""`spoeq customers`: a copy of somebody's data, and its erasure, also for guests."""

from __future__ import annotations

from typing import Any

import click

from spoeq_core.audit import service as audit
from spoeq_core.jobs.model import Job, JobState
from spoeq_core.jobs.service import job_by_id, run_jobs
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.local import with_shop
from spoeq_core.privacy.erasing import JOBS, blockers, erase_person, person_of_email
from spoeq_core.privacy.exporting import count_rows, export_person
from spoeq_core.privacy.manifest import manifest_of
from spoeq_core.shop import Shop

WHO, NAME = "cli", "command line"


@click.group()
def customers() -> None:
    """What the shop keeps about people: a copy, and its erasure."""


@customers.command()
@click.argument("email")
@click.option("--output", type=click.File("wb"), default="-", help="Where the JSON goes; standard output by default.")
def export(email: str, output: Any) -> None:
    """Write all that is kept about somebody, as JSON."""

    async def write(shop: Shop) -> None:
        person = await person_of_email(shop, email)
        if person.customer_id:
            await audit.record(
                shop, "customer.exported", f"customer:{person.customer_id}", actor_id=WHO, actor_name=NAME
            )
        async for piece in export_person(shop, person):
            output.write(piece)

    with_shop(write)


@customers.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Delete somebody's data, and make their orders anonymous."""
    with_shop(lambda shop: _show(shop, email))
    if not yes:
        click.confirm("Erase it? This cannot be undone.", abort=True)
    job = with_shop(lambda shop: _erase(shop, email))
    if job.state is JobState.DONE and not job.failed:
        click.echo("Erased.")
    elif job.state is JobState.QUEUED or job.state is JobState.RUNNING:
        click.echo(f"Begun; a worker goes on with it (job {job.id}). {job.error}".rstrip())
    else:
        raise SpoeqError(job.error or "An order was placed meanwhile; nothing is erased.", hint="Repeat it later.")


async def _show(shop: Shop, email: str) -> None:
    """What will happen to what."""
    person = await person_of_email(shop, email)
    for part in manifest_of(shop):
        rows = await count_rows(shop, part, person)
        count = "" if rows is None else f" ({rows})"
        click.echo(f"{part.data.fate:<10} {part.data.title}{count}: {part.data.why}")
    for blocker in await blockers(shop, person):
        click.echo(f"Order {blocker.number}: {blocker.why}")


async def _erase(shop: Shop, email: str) -> Job:
    job = await erase_person(shop, await person_of_email(shop, email), by="cli", actor_id=WHO, actor_name=NAME)
    await run_jobs(shop, JOBS)
    return await job_by_id(shop, job.id)
