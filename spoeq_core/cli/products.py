"""`spoeq products`: the catalogue as a CSV file, out and in, from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from spoeq_core.audit.service import record
from spoeq_core.bulk.service import (
    APPLY,
    CHECK,
    SEPARATORS,
    Wanted,
    begin_import,
    errors_csv,
    export_products,
    failure_row,
    import_by_id,
    start_import,
)
from spoeq_core.jobs.model import Failure, Job, JobState
from spoeq_core.jobs.service import failures_of, job_by_id, run_jobs
from spoeq_core.local import with_shop
from spoeq_core.shop import Shop

WHO, NAME = "cli", "command line"
SHOWN = 20
POLL = 0.5


@click.group()
def products() -> None:
    """The catalogue as a CSV file."""


@products.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--column", "columns", multiple=True, help="Only these; may be repeated.")
@click.option("--separator", type=click.Choice(list(SEPARATORS)), default="comma", show_default=True)
def export_file(file: Path, columns: tuple[str, ...], separator: str) -> None:
    """Write all products to FILE, with their SKUs, prices and stock."""

    async def write(shop: Shop) -> None:
        with file.open("wb") as out:
            async for piece in export_products(shop, Wanted(columns, separator=separator)):
                out.write(piece)

    with_shop(write)
    click.echo(f"Written: {file}")


@products.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Import at once what the check lets through.")
@click.option("--errors", "target", type=click.Path(path_type=Path, dir_okay=False), help="Write row errors there.")
def import_file(file: Path, yes: bool, target: Path | None) -> None:
    """Say what FILE would change; with --yes, change it."""
    content = file.read_bytes()

    async def check(shop: Shop) -> Job:
        found = await begin_import(shop, file.name, content, actor_id=WHO, actor_name=NAME)
        checked = await _ended(shop, found.check_job)
        await _tell(shop, checked, "would be ", target)
        if not yes or checked.state is not JobState.DONE:
            return checked
        job = await start_import(shop, found.id, actor_id=WHO, actor_name=NAME)
        detail = {"file": file.name, "rows": job.total}
        await record(shop, "products.imported", f"job:{job.id}", detail=detail, actor_id=WHO, actor_name=NAME)
        await _ended(shop, job.id)
        _, _, done = await import_by_id(shop, found.id)
        ended = done or job
        await _tell(shop, ended, "", target)
        return ended

    job = with_shop(check)
    if job.state is not JobState.DONE:
        raise click.ClickException(f"It ended as {job.state}. {job.error}".strip())
    if not yes:
        click.echo("Nothing was changed. Repeat with --yes to import it.")


async def _ended(shop: Shop, job_id: str) -> Job:
    """The job when it has ended; worked off here, unless a worker is at it."""
    while not (job := await job_by_id(shop, job_id)).state.ended:
        if not await run_jobs(shop, (CHECK, APPLY)):
            await asyncio.sleep(POLL)
    return job


async def _tell(shop: Shop, job: Job, verb: str, target: Path | None) -> None:
    counts = ", ".join(f"{job.result.get(name, 0)} {name}" for name in ("created", "updated", "unchanged", "refused"))
    click.echo(f"Products {verb}{counts}; stock of {job.result.get('stock', 0)} SKUs.")
    failures = await failures_of(shop, job.id)
    for failure in failures[:SHOWN]:
        click.echo(f"  {_sentence(failure)}")
    if len(failures) > SHOWN:
        click.echo(f"  and {len(failures) - SHOWN} more")
    if target is not None:
        await asyncio.to_thread(target.write_bytes, errors_csv([failure_row(failure) for failure in failures]))


def _sentence(failure: Failure) -> str:
    row = failure_row(failure)
    column = f", column {row['column']}" if row["column"] else ""
    return f"line {row['line']}{column}: {row['message']}"
