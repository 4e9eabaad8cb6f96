"""Imports: what a file says is checked, told, and then done, exactly once."""

from __future__ import annotations

import pytest

from spoeq_core.bulk.service import Wanted
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Option, Product, ProductStatus
from spoeq_core.inventory import service as inventory
from spoeq_core.jobs.model import JobState
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.bulk.files import applied, checked, counts, exported, imported, refusals, rows_of, sheet, written

HEAD = "sku,slug,name,status,country_of_origin,maker,net_quantity,options,price,mrp,stock"
NEW = (
    HEAD,
    "SHI-S,linen-shirt,Linen shirt,active,IN,Neel,1 piece,Size=S,1299,1499,12",
    "SHI-M,,,,,,,Size=M,1299,1499,7",
    "CAP-1,,Sun cap,draft,,,,,299,,0",
)


async def product(shop: Shop, slug: str) -> Product:
    return await catalog.product_by_id_or_slug(shop, slug, hidden=True)


async def on_hand(shop: Shop, *skus: str) -> list[int]:
    stocks = await inventory.stock_of(shop, skus)
    return [stocks[sku].on_hand for sku in skus]


async def test_a_dry_run_says_what_would_change_and_changes_nothing(shop: Shop, kurta: Product) -> None:
    _, check = await checked(shop, sheet("sku,price,stock", "KUR-S,1199,18", "KUR-M,1299.00,20"))
    assert check.state is JobState.DONE
    assert counts(check) == {"updated": 1, "stock": 1}
    assert [(c["sku"], c["column"], c["before"], c["after"]) for c in check.result["changes"]] == [
        ("KUR-S", "price", "1299.00", "1199.00"),
        ("KUR-S", "stock", "20", "18"),
    ]
    assert await product(shop, kurta.slug) == kurta
    assert await on_hand(shop, "KUR-S") == [20]


async def test_products_are_made_with_variants_and_stock(shop: Shop) -> None:
    job = await imported(shop, sheet(*NEW))
    assert counts(job) == {"created": 2, "stock": 2}
    assert (job.done, job.total, job.failed) == (3, 3, 0)
    shirt = await product(shop, "linen-shirt")
    assert [variant.sku for variant in shirt.variants] == ["SHI-S", "SHI-M"]
    assert shirt.options == (Option("Size", ("S", "M")),)
    assert (shirt.variants[1].sale, shirt.variants[1].mrp) == (129900, 149900)
    assert shirt.status is ProductStatus.ACTIVE
    assert shirt.in_stock
    assert (await product(shop, "sun-cap")).status is ProductStatus.DRAFT
    assert await on_hand(shop, "SHI-S", "SHI-M", "CAP-1") == [12, 7, 0]
    await deliver_all(shop)
    assert await on_hand(shop, "SHI-S", "SHI-M", "CAP-1") == [12, 7, 0]
    assert await inventory.check_invariants(shop) == []


async def test_exporting_and_importing_changes_nothing(shop: Shop, kurta: Product) -> None:
    await imported(shop, sheet(*NEW))
    content = await exported(shop)
    before = await catalog.products_by_slugs(shop, ["indigo-kurta", "linen-shirt", "sun-cap"])
    found, check = await checked(shop, content)
    assert await refusals(shop, check) == []
    assert counts(check) == {"unchanged": 3}
    job = await applied(shop, found)
    assert counts(job) == {"unchanged": 3}
    assert await catalog.products_by_slugs(shop, list(before)) == before
    assert len(before) == 3


async def test_a_changed_export_changes_only_that(shop: Shop, kurta: Product) -> None:
    rows = rows_of(await exported(shop))
    rows[0] |= {"name": "Indigo kurta, long", "warranty.months": "12", "tags": ""}
    rows[1] |= {"price": "1,199.50", "warranty.variant.watt_hours": "40", "warranty.variant.removable": "yes"}
    job = await imported(shop, written(rows))
    assert await refusals(shop, job) == []
    assert counts(job) == {"updated": 1}
    found = await product(shop, kurta.slug)
    assert (found.name, found.tags, found.version) == ("Indigo kurta, long", (), 2)
    assert found.ext["warranty"] == {"months": 12, "covers": ["seams", "dye | ink"], "supplier": "Acme"}
    assert found.variants[1].sale == 119950
    assert found.variants[1].ext == {"warranty": {"watt_hours": 40, "removable": True, "deposit": 0}}
    assert (found.variants[0], found.variants[2]) == (kurta.variants[0], kurta.variants[2])
    assert (found.description, found.specs, found.category_ids) == (kurta.description, kurta.specs, kurta.category_ids)


@pytest.mark.parametrize("separator", ["semicolon", "tab"])
async def test_other_separators_make_the_same_round(shop: Shop, kurta: Product, separator: str) -> None:
    _, check = await checked(shop, await exported(shop, Wanted(separator=separator)))
    assert counts(check) == {"unchanged": 1}


async def test_a_file_says_what_can_be_ordered_before_it_comes(shop: Shop, kurta: Product) -> None:
    head = "sku,stock_policy,backorder_limit,ships_in_days"
    job = await imported(shop, sheet(head, "KUR-S,backorder,6,7", "KUR-M,Backorder,,", "KUR-L,deny,,"))
    assert counts(job) == {"updated": 1}
    found = await product(shop, kurta.slug)
    assert [(v.stock_policy, v.backorder_limit, v.ships_in_days) for v in found.variants] == [
        ("backorder", 6, 7),
        ("backorder", None, 0),
        ("deny", None, 0),
    ]
    await deliver_all(shop)
    limits = {sku: stock.backorder_limit for sku, stock in (await inventory.stock_of(shop, ["KUR-S", "KUR-L"])).items()}
    assert limits == {"KUR-S": 6, "KUR-L": 0}
    assert counts(await imported(shop, await exported(shop))) == {"unchanged": 1}
    await inventory.reserve(shop, "order-1", {"KUR-S": 24})
    rows = [{**row, "stock": "22"} for row in rows_of(await exported(shop)) if row["sku"] == "KUR-S"]
    assert counts(await imported(shop, written(rows))) == {"updated": 1, "stock": 1}
    assert await on_hand(shop, "KUR-S") == [22]
    _, check = await checked(shop, sheet("sku,stock", "KUR-S,17"))
    assert [(line, column) for line, column, _ in await refusals(shop, check)] == [("2", "stock")]
    _, check = await checked(shop, sheet(head, "KUR-S,sometimes,0,400"))
    assert {column for _, column, _ in await refusals(shop, check)} == {
        "stock_policy",
        "backorder_limit",
        "ships_in_days",
    }


async def test_new_variants_of_a_file_can_be_ordered_from_the_first_moment(shop: Shop) -> None:
    await imported(shop, sheet(f"{HEAD},stock_policy", "MUG-1,mug,Mug,active,IN,Neel,1 piece,,299,299,0,backorder"))
    assert (await product(shop, "mug")).stock_state("MUG-1") == "backorder"
    assert (await inventory.get_stock(shop, "MUG-1")).state == "backorder"
