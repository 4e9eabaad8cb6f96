"""Files as tests write them, and imports as staff carry them out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pymongo import monitoring

from spoeq_core.bulk.documents import Import
from spoeq_core.bulk.service import APPLY, CHECK, Wanted, begin_import, export_products, import_by_id, start_import
from spoeq_core.jobs.model import Failure, Job
from spoeq_core.jobs.service import failures_of, run_jobs
from spoeq_core.shop import Shop

DECLARED = {"country_of_origin": "IN", "maker": "Neel", "net_quantity": "1 piece"}
KINDS = (CHECK, APPLY)


class Commands(monitoring.CommandListener):
    """Counts the commands that a client sends."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.names[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Counted when it started."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Counted when it started."""


def sheet(*lines: str) -> bytes:
    """A file of these lines."""
    return "".join(f"{line}\n" for line in lines).encode()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a file that was exported."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(rows: Sequence[dict[str, str]]) -> bytes:
    """The file of such rows."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def exported(shop: Shop, wanted: Wanted | None = None) -> bytes:
    """The whole file of an export."""
    return b"".join([piece async for piece in export_products(shop, wanted)])


async def checked(shop: Shop, content: bytes, **more: Any) -> tuple[Import, Job]:
    """A file uploaded and checked."""
    found = await begin_import(shop, "products.csv", content, **{"actor_id": "a1", "actor_name": "Asha", **more})
    await run_jobs(shop, KINDS)
    found, check, _ = await import_by_id(shop, found.id)
    return found, check


async def applied(shop: Shop, found: Import) -> Job:
    """A checked import carried out."""
    await start_import(shop, found.id, actor_id="a1", actor_name="Asha")
    await run_jobs(shop, KINDS)
    job = (await import_by_id(shop, found.id))[2]
    assert job is not None
    return job


async def imported(shop: Shop, content: bytes) -> Job:
    """A file checked and carried out."""
    found, _ = await checked(shop, content)
    return await applied(shop, found)


async def refusals(shop: Shop, job: Job) -> list[tuple[str, str, str]]:
    """Line, column and message of what a job refused."""
    return [(f.detail["line"], f.detail["column"], f.reason) for f in await failures_of(shop, job.id)]


def counts(job: Job) -> dict[str, int]:
    """What a job counted, without what is 0."""
    names = ("created", "updated", "unchanged", "refused", "stock")
    return {name: job.result[name] for name in names if job.result.get(name)}


def reasons(failures: Sequence[Failure]) -> str:
    """All reasons, for looking for words in them."""
    return "\n".join(failure.reason for failure in failures)
