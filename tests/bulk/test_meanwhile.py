"""Imports beside other work: staff who edit, orders that take stock, workers that die, imports at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from spoeq_core.bulk.documents import ImportRepository
from spoeq_core.bulk.model.table import SEEN
from spoeq_core.bulk.service import APPLY, CHECK, begin_import, import_by_id, remove_old_files, start_import
from spoeq_core.bulk.service.importing import KEEP_FILES
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service as inventory
from spoeq_core.jobs.documents import JobRepository
from spoeq_core.jobs.model import LEASE, JobState
from spoeq_core.jobs.service import cancel_job, job_by_id, run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Conflict
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.bulk.files import KINDS, applied, checked, counts, exported, imported, refusals, rows_of, sheet, written


async def on_hand(shop: Shop, sku: str) -> int:
    return (await inventory.stock_of(shop, [sku]))[sku].on_hand


async def test_a_product_that_staff_changed_after_the_check_is_not_overwritten(shop: Shop, kurta: Product) -> None:
    found, _ = await checked(shop, sheet("sku,price", "KUR-S,999"))
    changed = await catalog.update_product(shop, kurta.id, {"name": "Indigo kurta, new"})
    job = await applied(shop, found)
    assert counts(job) == {"refused": 1}
    assert "changed after the check" in (await refusals(shop, job))[0][2]
    assert (await catalog.product_by_id_or_slug(shop, kurta.id)).variants == changed.variants


async def test_a_product_that_staff_changed_while_it_was_written_is_not_overwritten(
    shop: Shop, kurta: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = await checked(shop, sheet("sku,price", "KUR-S,999", "KUR-M,999"))
    save_many = catalog.save_many

    async def late(*args: Any) -> Any:
        await catalog.update_product(shop, kurta.id, {"name": "Indigo kurta, new"})
        return await save_many(*args)

    monkeypatch.setattr(catalog, "save_many", late)
    job = await applied(shop, found)
    assert counts(job) == {"refused": 1}
    after = await catalog.product_by_id_or_slug(shop, kurta.id)
    assert (after.name, after.variants) == ("Indigo kurta, new", kurta.variants)


async def test_an_address_taken_while_it_was_written_is_refused(
    shop: Shop, kurta: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet("sku,slug,name,price", "CUP-1,cup,Cup,99", "JUG-1,jug,Jug,199")
    found, _ = await checked(shop, content)
    save_many = catalog.save_many

    async def late(*args: Any) -> Any:
        await catalog.create_product(shop, {"name": "Another", "slug": "cup"})
        return await save_many(*args)

    monkeypatch.setattr(catalog, "save_many", late)
    job = await applied(shop, found)
    assert counts(job) == {"created": 1, "refused": 1}
    assert [(line, column) for line, column, _ in await refusals(shop, job)] == [("2", "")]


async def test_pieces_that_moved_after_the_check_stay_moved(shop: Shop, kurta: Product) -> None:
    found, _ = await checked(shop, sheet("sku,stock", "KUR-S,25", "KUR-M,3"))
    await inventory.adjust(shop, "KUR-S", -2, "sold over the counter", "a2")
    await inventory.reserve(shop, "order-1", {"KUR-M": 4})
    job = await applied(shop, found)
    assert await on_hand(shop, "KUR-S") == 23
    assert await on_hand(shop, "KUR-M") == 20
    assert [(line, column) for line, column, _ in await refusals(shop, job)] == [("3", "stock")]
    log, _ = await inventory.log_of(shop, "KUR-S")
    assert (log[0].delta, log[0].reason, log[0].ref, log[0].actor) == (5, "adjustment", found.id, "a1")
    assert "products.csv" in log[0].note
    await deliver_all(shop)
    assert await inventory.check_invariants(shop) == []


async def test_an_old_export_does_not_put_back_what_was_sold(shop: Shop, kurta: Product) -> None:
    rows = rows_of(await exported(shop))
    await inventory.adjust(shop, "KUR-S", -2, "sold", "a2")
    await inventory.adjust(shop, "KUR-M", -2, "sold", "a2")
    rows[0]["price"] = "1199"
    rows[1]["stock"] = "30"
    _, check = await checked(shop, written(rows))
    assert [(column, SEEN.name in message) for _, column, message in await refusals(shop, check)] == [("stock", True)]
    rows[1]["stock"] = "20"
    assert counts(await imported(shop, written(rows))) == {"updated": 1}
    assert await on_hand(shop, "KUR-S") == 18


async def test_a_part_that_a_dead_worker_did_is_counted_and_done_once(shop: Shop, clock: FixedClock) -> None:
    content = sheet("sku,slug,name,price,stock", "CUP-1,cup,Cup,99,5", "JUG-1,jug,Jug,199,6")
    first = await imported(shop, content)
    assert counts(first) == {"created": 2, "stock": 2}
    found, _ = await checked(shop, sheet("sku,price,stock", "CUP-1,89,9", "JUG-1,199,6"))
    await start_import(shop, found.id, actor_id="a1", actor_name="Asha")
    job = (await import_by_id(shop, found.id))[2]
    assert job is not None
    taken = await shop.repository(JobRepository).save(replace(job, state=JobState.RUNNING, due=clock.now() + LEASE))
    await APPLY.step(shop, taken)  # and the worker dies before it can say so
    await inventory.adjust(shop, "CUP-1", -1, "sold", "a2")
    clock.forward(LEASE)
    await run_jobs(shop, KINDS)
    ended = await job_by_id(shop, job.id)
    assert (ended.state, ended.done, counts(ended)) == (JobState.DONE, 2, {"updated": 1, "unchanged": 1, "stock": 1})
    assert await on_hand(shop, "CUP-1") == 8
    assert (await catalog.product_by_id_or_slug(shop, "cup", hidden=True)).version == 2
    assert await inventory.check_invariants(shop) == []


async def test_a_new_product_without_its_stock_gets_it_when_the_part_is_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _ = await checked(shop, sheet("sku,name,price,stock", "CUP-1,Cup,99,5"))
    job = await start_import(shop, found.id, actor_id="a1", actor_name="Asha")

    async def die(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(inventory, "begin_stocks", die)
        with pytest.raises(RuntimeError):
            await APPLY.step(shop, job)
    await deliver_all(shop)  # a subscriber gives it an empty stock
    assert await on_hand(shop, "CUP-1") == 0
    await run_jobs(shop, KINDS)
    assert counts(await job_by_id(shop, job.id)) == {"created": 1, "stock": 1}
    assert await on_hand(shop, "CUP-1") == 5
    await deliver_all(shop)
    assert (await catalog.product_by_id_or_slug(shop, "cup", hidden=True)).stock_state("CUP-1") == "low"
    assert await inventory.check_invariants(shop) == []


async def test_two_imports_at_once_never_mix_in_one_product(shop: Shop, kurta: Product) -> None:
    one, _ = await checked(shop, sheet("sku,price,mrp", "KUR-S,111,111", "KUR-M,111,111"))
    two, _ = await checked(shop, sheet("sku,price,mrp", "KUR-S,222,222", "KUR-M,222,222"))
    jobs = [await start_import(shop, found.id, actor_id="a", actor_name="A") for found in (one, two)]
    steps = await asyncio.gather(*(APPLY.step(shop, job) for job in jobs))
    assert sorted((step.result["updated"], step.result["refused"]) for step in steps) == [(0, 1), (1, 0)]
    found = await catalog.product_by_id_or_slug(shop, kurta.id)
    assert found.variants[0].sale == found.variants[1].sale
    assert found.version == 2


async def test_starting_twice_is_one_job(shop: Shop, kurta: Product) -> None:
    found, _ = await checked(shop, sheet("sku,stock", "KUR-S,25"))
    jobs = await asyncio.gather(*(start_import(shop, found.id, actor_id="a", actor_name="A") for _ in range(3)))
    assert len({job.id for job in jobs}) == 1
    await run_jobs(shop, KINDS)
    assert await on_hand(shop, "KUR-S") == 25


async def test_cancelling_keeps_what_was_done_and_removes_the_files(shop: Shop, kurta: Product) -> None:
    found, _ = await checked(shop, sheet("sku,price", "KUR-S,999"))
    job = await start_import(shop, found.id, actor_id="a", actor_name="A")
    await cancel_job(shop, job.id)
    await run_jobs(shop, KINDS)
    assert (await job_by_id(shop, job.id)).state is JobState.CANCELLED
    assert await shop.storage.read(f"{found.folder}/upload.csv") is None
    assert await catalog.product_by_id_or_slug(shop, kurta.id) == kurta


async def test_files_stay_until_the_import_has_ended(shop: Shop, kurta: Product) -> None:
    found, _ = await checked(shop, sheet("sku,price", "KUR-S,999"))
    keys = [f"{found.folder}/{name}" for name in ("upload.csv", "part-00000.json", "seen-00000.json")]
    assert found.folder.startswith("private/")
    assert all([await shop.storage.read(key) for key in keys])
    await applied(shop, found)
    assert [await shop.storage.read(key) for key in keys] == [None] * 3


async def test_files_that_nobody_imports_go_after_two_days(shop: Shop, clock: FixedClock) -> None:
    found, _ = await checked(shop, sheet("sku,name,price", "A,A thing,9"))
    await remove_old_files(shop)
    assert await shop.storage.read(f"{found.folder}/part-00000.json")
    clock.forward(KEEP_FILES * 1.01)
    await remove_old_files(shop)
    assert await shop.storage.read(f"{found.folder}/part-00000.json") is None
    assert (await shop.repository(ImportRepository).get(found.id)).files_until is None
    with pytest.raises(Conflict, match="gone"):
        await start_import(shop, found.id, actor_id="a", actor_name="A")


async def test_a_check_goes_on_in_another_worker(shop: Shop, kurta: Product) -> None:
    found = await begin_import(shop, "a.csv", sheet("sku,price", "KUR-S,999"), actor_id="a", actor_name="A")
    job = await job_by_id(shop, found.check_job)
    first = await CHECK.step(shop, job)
    assert (first.done, first.total, first.finished) == (0, 1, False)
    await run_jobs(shop, KINDS)
    assert counts(await job_by_id(shop, found.check_job)) == {"updated": 1}
