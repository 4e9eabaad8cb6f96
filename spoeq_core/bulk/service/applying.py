"""Carrying an import out, part by part, against what was seen when it was checked.

A part that is repeated after a crash finds its products as they should be and its movements logged, and counts them
as it would have. A product that somebody else changed since the check is refused, not overwritten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from spoeq_core.bulk.documents import ImportRepository
from spoeq_core.bulk.model.counts import split_key
from spoeq_core.bulk.model.plan import Plan
from spoeq_core.bulk.model.sheet import RowError
from spoeq_core.bulk.service import files
from spoeq_core.bulk.service.checking import PERMISSION, as_failures, counted, failures_of
from spoeq_core.bulk.service.looking import plans_of
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import DEFAULT_THRESHOLD, HOME, LONGEST_NOTE, stock_state
from spoeq_core.jobs.model import Job, JobKind, Step
from spoeq_core.kernel.messages import message, restored
from spoeq_core.shop import Shop

CHANGED = message("The product was changed after the check. Look at it, then import the row again.")
TAKEN = message("Its address or a SKU was taken by another product meanwhile. Look there, then import the row again.")


async def apply_step(shop: Shop, job: Job) -> Step:
    """Carry out the next part."""
    found = await shop.repository(ImportRepository).get(job.params["import"])
    number = job.cursor.get("part", 0)
    groups = await files.read_part(shop, found, number)
    seen = await files.read_seen(shop, found, number)
    plans = await plans_of(shop, groups, job.params["columns"], counting=False)
    for plan in plans:
        _compare(plan, seen[plan.group.key])
    await _save(shop, plans, seen)
    late = await _book(shop, plans, seen, job)
    good = [plan for plan in plans if not plan.errors]
    await catalog.tell_saved(shop, [plan.product.id for plan in good if plan.saves])
    actions = ["refused" if plan.errors else seen[plan.group.key]["action"] for plan in plans]
    counted_skus = {split_key(key)[0] for plan in good for key in seen[plan.group.key]["counts"]}
    return Step(
        done=sum(len(group.rows) for group in groups),
        failures=[*failures_of(plans), *as_failures(late)],
        cursor={"part": number + 1},
        finished=number + 1 >= job.params["parts"],
        result=counted(job.result, actions, len(counted_skus) - len(late)),
    )


async def finish(shop: Shop, job: Job) -> None:
    """Remove the files, whatever the end; not those of another job that was started a moment before this one."""
    found = await shop.repository(ImportRepository).find_by_id(job.params["import"])
    if found is not None and found.apply_job == job.id:
        await files.remove_files(shop, found)


def _compare(plan: Plan, seen: files.Seen) -> None:
    """Refuse what was refused when it was checked, and what is not any more as it was then."""
    if seen["errors"]:
        plan.errors = [RowError(line, column, restored(said), sku) for line, column, said, sku in seen["errors"]]
    elif plan.saves and not plan.errors:
        version = plan.stored.version if plan.stored else None
        if version != seen["version"]:
            row = plan.group.head or plan.group.rows[0]
            plan.errors.append(RowError(row.line, "", CHANGED, row.sku))


async def _save(shop: Shop, plans: Sequence[Plan], seen: Mapping[str, files.Seen]) -> None:
    """Store the products; those that somebody was faster with are refused."""
    good = [plan for plan in plans if plan.saves and not plan.errors]
    new = [_shown(plan, seen[plan.group.key]) for plan in good if plan.stored is None]
    taken, stale = await catalog.save_many(shop, new, [plan.product for plan in good if plan.stored is not None])
    for plan in good:
        if plan.product.id in taken | stale:
            row = plan.group.head or plan.group.rows[0]
            why = TAKEN if plan.product.id in taken else CHANGED
            plan.errors.append(RowError(row.line, "", why, row.sku))


def _shown(plan: Plan, seen: files.Seen) -> Product:
    """The new product with the states of the stock that it will have, so that lists show them at once."""
    counts: Counter[str] = Counter()
    for key, (on_hand, wanted) in seen["counts"].items():
        counts[split_key(key)[0]] += wanted if on_hand is None else 0
    states = {v.sku: stock_state(counts[v.sku], DEFAULT_THRESHOLD, v.beyond_stock) for v in plan.product.variants}
    return replace(plan.product, stock_states=states)


async def _book(shop: Shop, plans: Sequence[Plan], seen: Mapping[str, files.Seen], job: Job) -> list[RowError]:
    """Book the stock of what was stored; which rows could not be booked."""
    good = [plan for plan in plans if not plan.errors]
    first: list[inventory.Count] = []
    again: list[inventory.Count] = []
    for plan in good:
        for key, (on_hand, wanted) in seen[plan.group.key]["counts"].items():
            sku, code = split_key(key)
            count = inventory.Count(sku, on_hand or 0, wanted, code or HOME)
            (first if on_hand is None and count.location == HOME else again).append(count)
    await _first_stock(shop, good, first, job)
    note = f"import of {job.params['filename']}"[:LONGEST_NOTE]
    refused = await inventory.book_counts(shop, again, ref=job.params["import"], actor=job.actor_id, note=note)
    rows = {row.sku: row for plan in good for row in plan.group.rows}
    return [RowError(rows[sku].line, "stock", why, sku) for sku, why in refused.items()]


async def _first_stock(shop: Shop, plans: Sequence[Plan], first: Sequence[inventory.Count], job: Job) -> None:
    """Stock for the SKUs that have none; a subscriber may have been faster, then only the pieces are missing."""
    pieces = {count.sku: count.counted for count in first}
    new = [
        inventory.NewStock(
            v.sku,
            plan.product.id,
            inventory.name_of(plan.product, v),
            pieces.get(v.sku, 0),
            backorder_limit=v.beyond_stock,
        )
        for plan in plans
        for v in plan.product.variants
        if plan.group.row_of(v.sku) is not None and v.sku not in plan.stocked
    ]
    made = await inventory.begin_stocks(shop, new, actor=job.actor_id) if new else set()
    await inventory.book_first(shop, [count for count in first if count.sku not in made], actor=job.actor_id)
    fresh = {plan.product.id for plan in plans if plan.stored is None}
    others = {item.product_id for item in new if item.product_id not in fresh or item.sku not in made}
    await inventory.refresh_states(shop, others)


APPLY = JobKind("products.import", apply_step, PERMISSION, after=finish)
