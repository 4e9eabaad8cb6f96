"""An import from upload to end: the file is kept, checked by a job, and carried out by another when staff say so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from spoeq_core.bulk.documents import Import, ImportRepository
from spoeq_core.bulk.model.columns import AT_LOCATION
from spoeq_core.bulk.model.sheet import Sheet, read_sheet
from spoeq_core.bulk.model.table import STOCK
from spoeq_core.bulk.service import files
from spoeq_core.bulk.service.applying import APPLY
from spoeq_core.bulk.service.checking import CHECK
from spoeq_core.bulk.service.columns import columns_of
from spoeq_core.jobs.model import Job, JobState
from spoeq_core.jobs.service import cancel_job, create_job, job_by_id
from spoeq_core.kernel.errors import Conflict, Forbidden, Invalid
from spoeq_core.kernel.ids import new_id, new_token
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.storage import PRIVATE
from spoeq_core.shop import Shop

KEEP_FILES = timedelta(days=2)
LONGEST_FILENAME = 120


async def begin_import(
    shop: Shop, filename: str, content: bytes, *, actor_id: str, actor_name: str, may_count: bool = True
) -> Import:
    """Keep a file and have it checked.

    Args:
        shop: The shop.
        filename: What it was called, for people.
        content: The file.
        actor_id: Who imports.
        actor_name: How they are called.
        may_count: Whether they may change stock.

    Raises:
        Invalid: it is too large, or cannot be read at all.
        Forbidden: it has a stock column, and they may not change stock.
    """
    most = shop.settings.max_import_bytes
    if len(content) > most:
        raise Invalid.field(
            "file",
            message(
                "The file has %(content)s bytes; at most %(most)s are read. Split it.",
                content=format(len(content), ","),
                most=format(most, ","),
            ),
        )
    sheet = await asyncio.to_thread(read_sheet, content, (await columns_of(shop)).names)
    _require(sheet, may_count)
    now = shop.clock.now()
    name = filename.replace("\\", "/").rpartition("/")[2].strip()[:LONGEST_FILENAME] or "products.csv"
    found = Import(
        id=new_id(),
        folder=f"{PRIVATE}imports/{new_token()}",
        filename=name,
        actor_id=actor_id,
        actor_name=actor_name,
        created_at=now,
        files_until=now + KEEP_FILES,
    )
    imports = shop.repository(ImportRepository)
    await imports.insert(found)
    await files.save_upload(shop, found, content)
    job = await create_job(
        shop,
        CHECK,
        title=f"Check {name}",
        params={"import": found.id, "filename": name},
        actor_id=actor_id,
        actor_name=actor_name,
        total=len(sheet.rows),
    )
    await imports.note(found.id, check_job=job.id)
    return await imports.get(found.id)


async def start_import(shop: Shop, import_id: str, *, actor_id: str, actor_name: str) -> Job:
    """Carry out what the check told of; the same job again if it was started before.

    Raises:
        NotFound: there is no such import, or its files are gone.
        Conflict: its check has not ended well.
    """
    imports = shop.repository(ImportRepository)
    found = await imports.get(import_id)
    if found.apply_job:
        return await job_by_id(shop, found.apply_job)
    check = await job_by_id(shop, found.check_job)
    if check.state is not JobState.DONE:
        raise Conflict("The check of this file has not ended.", hint="Wait for it, or upload the file again.")
    if found.files_until is None:
        raise Conflict("The files of this import are gone.", hint="Upload the file again.", code="import_expired")
    job = await create_job(
        shop,
        APPLY,
        title=f"Import {found.filename}",
        params={
            "import": found.id,
            "filename": found.filename,
            "parts": check.result["parts"],
            "columns": check.result["columns"],
        },
        actor_id=actor_id,
        actor_name=actor_name,
        total=check.total,
    )
    if await imports.claim_start(found.id, job.id):
        return job
    await cancel_job(shop, job.id)
    return await job_by_id(shop, (await imports.get(found.id)).apply_job)


async def import_by_id(shop: Shop, import_id: str) -> tuple[Import, Job, Job | None]:
    """An import with the job that checks it and the one that carries it out.

    Raises:
        NotFound: there is none, or it ended more than 30 days ago.
    """
    found = await shop.repository(ImportRepository).get(import_id)
    check = await job_by_id(shop, found.check_job)
    return found, check, await job_by_id(shop, found.apply_job) if found.apply_job else None


async def recent_imports(shop: Shop, *, limit: int = 10) -> list[Import]:
    """The newest imports."""
    return await shop.repository(ImportRepository).find({}, sort=[("_id", -1)], limit=limit)


def _require(sheet: Sheet, may_count: bool) -> None:
    counts = any(name == STOCK.name or name.startswith(AT_LOCATION) for name in sheet.columns)
    if counts and not may_count:
        raise Forbidden(
            "The file has a stock column, and your role may not change stock.",
            hint="Remove the column, or ask an admin for the permission inventory.manage.",
        )
