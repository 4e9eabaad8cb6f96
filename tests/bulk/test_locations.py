"""Columns `stock@CODE`: what lies at each location of a shop that has several, written, read back and booked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from spoeq_core.bulk.model.table import SEEN
from spoeq_core.bulk.service import APPLY, Wanted, columns_of, import_by_id, start_import
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service as inventory
from spoeq_core.jobs.documents import JobRepository
from spoeq_core.jobs.model import LEASE, JobState
from spoeq_core.jobs.service import job_by_id, run_jobs
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Forbidden, Invalid
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.bulk.files import KINDS, applied, checked, counts, exported, imported, refusals, rows_of, sheet, written

PLACES = ("stock@MAIN", "stock@BLR-2", "stock@DEL")


@pytest.fixture
async def places(shop: Shop, kurta: Product) -> Shop:
    """A shop of three locations; 5 pieces of each size lie in Delhi, 15 at the main one, none in Bengaluru."""
    await inventory.create_location(shop, "DEL", {"name": "Delhi", "priority": 2})
    await inventory.create_location(shop, "BLR-2", {"name": "Bengaluru", "priority": 1})
    for size in "SML":
        await inventory.transfer(
            shop, f"KUR-{size}", 5, source="MAIN", target="DEL", transfer_id=f"t{size}", actor="meera"
        )
    return shop


async def lying(shop: Shop, sku: str) -> dict[str, int]:
    return (await inventory.get_stock(shop, sku)).lying


async def refused(shop: Shop, *lines: str) -> list[tuple[str, str, str]]:
    _, check = await checked(shop, sheet(*lines))
    return await refusals(shop, check)


async def test_a_shop_of_one_location_has_no_such_columns(shop: Shop, kurta: Product) -> None:
    assert not [name for name in (await columns_of(shop)).names if "@" in name]
    assert rows_of(await exported(shop))[0][SEEN.name] == "20"
    with pytest.raises(Invalid, match=r"no location “DEL”: this shop has one"):
        await checked(shop, sheet("sku,stock@DEL", "KUR-S,1"))


async def test_an_export_says_what_lies_where(places: Shop) -> None:
    row = rows_of(await exported(places))[0]
    assert [name for name in row if name.startswith("stock@")] == list(PLACES)
    assert [row[name] for name in ("stock", *PLACES)] == ["20", "15", "0", "5"]
    assert row[SEEN.name] == "MAIN=15 | BLR-2=0 | DEL=5"
    chosen = rows_of(await exported(places, Wanted(columns=["stock@DEL"])))[0]
    assert dict(chosen) == {"sku": "KUR-S", "stock@DEL": "5", SEEN.name: row[SEEN.name]}


async def test_exporting_and_importing_changes_nothing_whatever_moved_meanwhile(places: Shop) -> None:
    content = await exported(places)
    assert counts(await imported(places, content)) == {"unchanged": 1}
    await inventory.adjust(places, "KUR-S", -2, "sold", "a2")
    await inventory.transfer(places, "KUR-M", 3, source="DEL", target="MAIN", transfer_id="back", actor="a2")
    job = await imported(places, content)
    assert await refusals(places, job) == []
    assert counts(job) == {"unchanged": 1}
    assert (await lying(places, "KUR-S"), await lying(places, "KUR-M")) == (
        {"MAIN": 13, "DEL": 5},
        {"MAIN": 18, "DEL": 2},
    )


async def test_a_dry_run_names_the_locations_and_an_import_books_at_them(places: Shop) -> None:
    rows = rows_of(await exported(places))
    rows[0] |= {"stock@DEL": "8", "stock@BLR-2": "2", "stock@MAIN": "10"}
    found, check = await checked(places, written(rows))
    assert counts(check) == {"updated": 1, "stock": 1}
    assert [(c["sku"], c["column"], c["before"], c["after"]) for c in check.result["changes"]] == [
        ("KUR-S", "stock@MAIN", "15", "10"),
        ("KUR-S", "stock@BLR-2", "0", "2"),
        ("KUR-S", "stock@DEL", "5", "8"),
    ]
    assert await lying(places, "KUR-S") == {"MAIN": 15, "DEL": 5}
    await inventory.adjust(places, "KUR-S", -1, "sold", "a2")
    assert counts(await applied(places, found)) == {"updated": 1, "stock": 1}
    assert await lying(places, "KUR-S") == {"MAIN": 9, "BLR-2": 2, "DEL": 8}
    log, _ = await inventory.log_of(places, "KUR-S")
    booked = {(row.location, row.delta) for row in log if row.ref == found.id}
    assert booked == {("MAIN", -5), ("BLR-2", 2), ("DEL", 3)}
    assert await inventory.check_invariants(places) == []


async def test_a_location_that_there_is_not_is_named_with_those_that_there_are(places: Shop) -> None:
    with pytest.raises(Invalid) as unknown:
        await checked(places, sheet("sku,stock@bom", "KUR-S,1"))
    assert "no location “BOM”" in unknown.value.errors[0].message
    assert "BLR-2, DEL, MAIN" in unknown.value.errors[0].message
    assert unknown.value.errors[0].field == "file"
    assert await lying(places, "KUR-S") == {"MAIN": 15, "DEL": 5}
    await imported(places, sheet("SKU,Stock@blr-2", "KUR-S,1"))
    assert (await lying(places, "KUR-S"))["BLR-2"] == 1


@pytest.mark.parametrize(
    ("header", "row", "column", "words"),
    [
        ("stock@DEL", "many", "stock@DEL", "whole number"),
        ("stock@DEL", "-1", "stock@DEL", "whole number"),
        ("stock@DEL", "9999999999", "stock@DEL", "whole number"),
        ("stock@DEL,stock_at_export", "7,MAIN=15 | DEL=4", "stock@DEL", "There were 4"),
        ("stock@DEL,stock_at_export", "7,MAIN=x", "stock_at_export", "whole number"),
        ("stock,stock@DEL", "30,7", "stock", "come to 22, the total is 30"),
        ("stock@DEL,stock@MAIN", "0,2", "stock@MAIN", "promised"),
    ],
)
async def test_a_count_that_cannot_be_booked_is_refused_with_its_column(
    places: Shop, header: str, row: str, column: str, words: str
) -> None:
    await inventory.reserve(places, "order-1", {"KUR-S": 4})
    ((line, where, said),) = await refused(places, f"sku,{header}", f"KUR-S,{row}")
    assert (line, where) == ("2", column)
    assert words in said


async def test_a_total_that_says_the_same_as_the_locations_is_no_contradiction(places: Shop) -> None:
    assert counts(await imported(places, sheet("sku,stock,stock@DEL", "KUR-S,22,7"))) == {"updated": 1, "stock": 1}
    assert await lying(places, "KUR-S") == {"MAIN": 15, "DEL": 7}


async def test_nothing_is_counted_up_at_a_closed_location(places: Shop) -> None:
    await inventory.change_location(places, "BLR-2", {"active": False})
    ((_, column, said),) = await refused(places, "sku,stock@BLR-2", "KUR-S,1")
    assert (column, "closed" in said) == ("stock@BLR-2", True)
    assert await refused(places, "sku,stock@BLR-2", "KUR-S,0") == []


async def test_it_needs_the_permission_to_change_stock(places: Shop) -> None:
    with pytest.raises(Forbidden, match=r"inventory\.manage"):
        await checked(places, sheet("sku,stock@DEL", "KUR-S,1"), may_count=False)


async def test_pieces_that_went_after_the_check_are_not_taken_twice(places: Shop) -> None:
    found, _ = await checked(places, sheet("sku,stock@DEL,stock@MAIN", "KUR-S,0,16"))
    await inventory.transfer(places, "KUR-S", 4, source="DEL", target="MAIN", transfer_id="away", actor="a2")
    job = await applied(places, found)
    assert [line for line, _, _ in await refusals(places, job)] == ["2"]
    assert await lying(places, "KUR-S") == {"MAIN": 19, "DEL": 1}
    assert await inventory.check_invariants(places) == []


async def test_a_new_sku_begins_at_its_locations_once_though_the_worker_dies(
    places: Shop, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = sheet("sku,name,price,stock@MAIN,stock@DEL", "CUP-1,Cup,99,5,3", "JUG-1,Jug,199,,6")
    found, check = await checked(places, content)
    assert counts(check) == {"created": 2, "stock": 2}
    job = await start_import(places, found.id, actor_id="a1", actor_name="Asha")

    async def die(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(inventory, "book_counts", die)
        with pytest.raises(RuntimeError):
            await APPLY.step(places, job)
    taken = await places.repository(JobRepository).save(replace(job, state=JobState.RUNNING, due=clock.now() + LEASE))
    await APPLY.step(places, taken)  # and again the worker dies before it can say so
    clock.forward(LEASE)
    await run_jobs(places, KINDS)
    ended = (await import_by_id(places, found.id))[2]
    assert ended is not None
    assert counts(await job_by_id(places, ended.id)) == {"created": 2, "stock": 2}
    assert (await lying(places, "CUP-1"), await lying(places, "JUG-1")) == ({"MAIN": 5, "DEL": 3}, {"DEL": 6})
    await deliver_all(places)
    jug = await catalog.product_by_id_or_slug(places, "jug", hidden=True)
    assert jug.in_stock
    assert await inventory.check_invariants(places) == []
