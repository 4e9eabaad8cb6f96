"""The dry run: a file is read, cut into parts, and each part is looked at; nothing of the shop changes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from spoeq_core.bulk.documents import ImportRepository
from spoeq_core.bulk.model.groups import grouped, parts
from spoeq_core.bulk.model.plan import Plan
from spoeq_core.bulk.model.sheet import RowError, read_sheet
from spoeq_core.bulk.service import files
from spoeq_core.bulk.service.columns import columns_of
from spoeq_core.bulk.service.looking import plans_of
from spoeq_core.catalog import service as catalog
from spoeq_core.jobs.model import Failure, Job, JobKind, Step
from spoeq_core.kernel.messages import kept
from spoeq_core.shop import Shop

PART_ROWS = 300
SHOWN_CHANGES = 30
COUNTED = ("created", "updated", "unchanged", "refused", "stock")
PERMISSION = "catalog.import"


async def check_step(shop: Shop, job: Job) -> Step:
    """Read the file, or look at its next part."""
    found = await shop.repository(ImportRepository).get(job.params["import"])
    number = job.cursor.get("part")
    if number is None:
        return await _read(shop, job)
    groups = await files.read_part(shop, found, number)
    plans = await plans_of(shop, groups, job.result["columns"])
    await files.save_seen(shop, found, number, {plan.group.key: _seen(plan) for plan in plans})
    changes = [asdict(change) for plan in plans if not plan.errors for change in plan.changes]
    return Step(
        done=sum(len(group.rows) for group in groups),
        failures=failures_of(plans),
        cursor={"part": number + 1},
        finished=number + 1 >= job.result["parts"],
        result={
            **added(job.result, plans),
            "changes": [*job.result.get("changes", ()), *changes][:SHOWN_CHANGES],
            "changed": job.result.get("changed", 0) + len(changes),
        },
    )


async def _read(shop: Shop, job: Job) -> Step:
    """Cut the file into parts."""
    imports = shop.repository(ImportRepository)
    found = await imports.get(job.params["import"])
    content = await files.read_upload(shop, found)
    sheet = await asyncio.to_thread(read_sheet, content, (await columns_of(shop)).names)
    owners = await catalog.slugs_by_sku(shop, list({row.sku for row in sheet.rows if row.sku}))
    cut = await asyncio.to_thread(lambda: list(parts(grouped(sheet, owners), PART_ROWS)))
    await imports.note(found.id, parts=len(cut))
    await files.save_parts(shop, found, cut)
    return Step(
        cursor={"part": 0},
        total=len(sheet.rows),
        result={"columns": list(sheet.columns), "notes": list(sheet.notes), "parts": len(cut), "rows": len(sheet.rows)},
    )


def failures_of(plans: Sequence[Plan]) -> list[Failure]:
    """The errors of these plans, each named once in its file."""
    return [failure for plan in plans for failure in as_failures(sorted(plan.errors, key=_line))]


def _line(error: RowError) -> int:
    return error.line


def as_failures(errors: Sequence[RowError]) -> list[Failure]:
    """Errors of rows as a job keeps them."""
    numbers: dict[tuple[int, str], int] = {}
    found = []
    for error in errors:
        place = (error.line, error.column)
        numbers[place] = numbers.get(place, 0) + 1
        again = f" ({numbers[place]})" if numbers[place] > 1 else ""
        ref = f"line {error.line} {error.column}".strip() + again
        detail = {"line": str(error.line), "column": error.column, "sku": error.sku}
        found.append(Failure(ref, error.message, detail))
    return found


def added(result: Mapping[str, Any], plans: Sequence[Plan]) -> dict[str, int]:
    """The counts of a job with these plans added."""
    return counted(result, [action_of(plan) for plan in plans], sum(p.counted for p in plans if not p.errors))


def counted(result: Mapping[str, Any], actions: Sequence[str], stock: int) -> dict[str, int]:
    """The counts of a job with these products and SKUs added."""
    new = {name: actions.count(name) for name in COUNTED} | {"stock": stock}
    return {name: result.get(name, 0) + count for name, count in new.items()}


def action_of(plan: Plan) -> str:
    """What a plan does to its product."""
    if plan.errors:
        return "refused"
    if plan.stored is None:
        return "created"
    return "updated" if plan.saves or plan.counts else "unchanged"


def _seen(plan: Plan) -> files.Seen:
    """What the shop was like when staff were told what would change."""
    return {
        "action": action_of(plan),
        "version": plan.stored.version if plan.stored else None,
        "counts": plan.counts,
        "errors": [[error.line, error.column, kept(error.message), error.sku] for error in plan.errors],
    }


CHECK = JobKind("products.check_import", check_step, PERMISSION)
