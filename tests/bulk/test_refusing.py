"""What a file gets wrong is told by row and column, and the product it belongs to stays as it is."""

from __future__ import annotations

import pytest

from spoeq_core.bulk.service import begin_import
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import Product
from spoeq_core.inventory import service as inventory
from spoeq_core.jobs.model import JobState
from spoeq_core.kernel.errors import Conflict, Forbidden, Invalid
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.shop import Shop
from tests.bulk.files import applied, checked, counts, exported, imported, refusals, rows_of, sheet, written


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("price", "-5", "negative"),
        ("price", "1499.01", "above the MRP"),
        ("price", "12,99", "not an amount"),
        ("price", "9.999", "more decimals"),
        ("price", "a lot", "not an amount"),
        ("mrp", "1298", "above the MRP"),
        ("weight_g", "350 g", "whole number"),
        ("stock", "-1", "whole number"),
        ("stock", "1.5", "whole number"),
        ("stock", "99999999999999999999", "whole number"),
        ("options", "M", "has no “=”"),
        ("options", "Size=M | Colour=Blue", "Choose one"),
        ("options", "Size=L", "same options"),
        ("status", "sold", "draft, active, archived"),
        ("brand", "unknown", "make the brand first"),
        ("categories", "kurtas | hats", "“hats”"),
        ("specs", "Fabric", "has no “=”"),
        ("country_of_origin", "India", "two letters"),
        ("net_quantity", "", "law wants"),
        ("hsn", "621", "4 to 8 digits"),
        ("dimensions_mm", "30x20", "300x200x50"),
        ("name", "x" * 301, "at most 300"),
        ("tags", "t" * 41, "at most 40"),
        ("warranty.months", "many", "Enter a whole number."),
        ("warranty.months", "121", "Enter 120 or less."),
        ("warranty.variant.watt_hours", "-1", "Enter 0 or more."),
        ("warranty.variant.removable", "perhaps", "Choose yes or no."),
        ("warranty.variant.deposit", "-3", "negative"),
    ],
)
async def test_a_wrong_cell_is_named(shop: Shop, kurta: Product, column: str, cell: str, words: str) -> None:
    rows = rows_of(await exported(shop))
    place = 0 if column in OF_PRODUCT else 1
    rows[place][column] = cell
    found, check = await checked(shop, written(rows))
    told = await refusals(shop, check)
    assert PLACES.get((column, cell), (str(LINES[place]), column)) in {(line, named) for line, named, _ in told}
    assert words in " ".join(message for *_, message in told)
    assert counts(check) == {"refused": 1}
    assert counts(await applied(shop, found)) == {"refused": 1}
    assert await catalog.product_by_id_or_slug(shop, kurta.id) == kurta


OF_PRODUCT = {
    *("status", "brand", "categories", "specs", "country_of_origin", "net_quantity", "hsn", "dimensions_mm"),
    *("name", "tags", "warranty.months"),
}
LINES = (2, 5)
"""Where the kurta's first two rows begin in an export: its description has three lines."""
PLACES = {
    ("mrp", "1298"): ("5", "price"),
    ("options", "Size=L"): ("6", "options"),
    ("options", "Size=M | Colour=Blue"): ("6", "options"),
}
"""Rules about several cells that name another one."""


async def test_nothing_is_lost_every_row_is_counted_and_good_products_go_in(shop: Shop, kurta: Product) -> None:
    content = sheet(
        "sku,slug,name,price,stock",
        "KUR-S,indigo-kurta,Indigo kurta,1,1",
        "CUP-1,cup,Cup,99,3",
        "POT-1,pot,Pot,,3",
        "POT-2,pot,,299,3",
        "KUR-M,jug,Jug,1,1",
        "CUP-1,cup-2,Cup,99,",
        ",tin,Tin,5,",
        "BOX-1,box,Box,7,x,y",
        "BOX-2,,,8,",
        "bad sku,bag,Bag,5,",
        "BED-1,bed,Bed,5000,2",
    )
    job = await imported(shop, content)
    assert (job.done, job.total) == (11, 11)
    assert counts(job) == {"created": 1, "updated": 1, "refused": 7, "stock": 2}
    told = await refusals(shop, job)
    assert {(line, column) for line, column, _ in told} == {
        ("3", "sku"),
        ("4", "price"),
        ("6", "slug"),
        ("7", "sku"),
        ("8", "sku"),
        ("9", ""),
        ("10", "sku"),
        ("11", "sku"),
    }
    assert (await inventory.stock_of(shop, ["BED-1"]))["BED-1"].on_hand == 2
    assert await catalog.products_by_slugs(shop, ["pot", "cup", "jug", "tin", "box", "bag"]) == {}


async def test_pieces_at_other_places_are_not_counted_down_by_a_file(shop: Shop, kurta: Product) -> None:
    await inventory.create_location(shop, "DEL", {"name": "Delhi"})
    here = (await inventory.stock_of(shop, ["KUR-M"]))["KUR-M"].on_hand
    way = {"source": "MAIN", "target": "DEL", "transfer_id": "t1", "actor": "meera"}
    await inventory.transfer(shop, "KUR-M", here - 1, **way)
    job = await imported(shop, sheet("sku,stock", f"KUR-M,{here - 2}"))
    ((line, column, words),) = await refusals(shop, job)
    assert (line, column) == ("2", "stock")
    assert "Only 1 of" in words
    await imported(shop, sheet("sku,stock", f"KUR-M,{here - 1}"))
    assert (await inventory.get_stock(shop, "KUR-M")).lying == {"DEL": here - 1}


async def test_rows_of_one_product_that_disagree_are_refused(shop: Shop, kurta: Product) -> None:
    content = sheet("sku,slug,hsn", "KUR-S,indigo-kurta,6211", "KUR-M,indigo-kurta,6212", "KUR-L,,6211")
    _, check = await checked(shop, content)
    assert [(line, column) for line, column, _ in await refusals(shop, check)] == [("3", "hsn")]


async def test_empty_cells_empty_only_in_the_row_that_names_the_product(shop: Shop, kurta: Product) -> None:
    assert counts(await imported(shop, sheet("sku,hsn,price", "KUR-S,,", "KUR-M,,1299"))) == {"unchanged": 1}
    assert counts(await imported(shop, sheet("sku,slug,hsn,mrp", "KUR-S,indigo-kurta,,", "KUR-M,,,1499"))) == {
        "updated": 1
    }
    found = await catalog.product_by_id_or_slug(shop, kurta.id)
    assert (found.hsn, found.variants[0].mrp, found.variants[1].mrp) == ("", None, 149900)
    assert found.name == kurta.name


async def test_a_new_variant_joins_with_a_new_value(shop: Shop, kurta: Product) -> None:
    content = sheet("sku,slug,options,price,stock", "KUR-XL,indigo-kurta,Size=XL,1349,4")
    assert counts(await imported(shop, content)) == {"updated": 1, "stock": 1}
    found = await catalog.product_by_id_or_slug(shop, kurta.id)
    assert found.options[0].values == ("S", "M", "L", "XL")
    assert found.variants[:3] == kurta.variants
    assert (await inventory.stock_of(shop, ["KUR-XL"]))["KUR-XL"].on_hand == 4
    assert found.stock_state("KUR-XL") == "low"


async def test_columns_of_a_plugin_that_is_off_are_not_known(shop: Shop, kurta: Product) -> None:
    content = await exported(shop)
    await disable_plugin(shop, "warranty")
    with pytest.raises(Invalid, match=r"no column “warranty\.months”"):
        await begin_import(shop, "a.csv", content, actor_id="a", actor_name="A")


async def test_a_file_over_the_limit_is_refused(shop: Shop) -> None:
    with pytest.raises(Invalid, match="at most"):
        await begin_import(shop, "a.csv", b"x" * (shop.settings.max_import_bytes + 1), actor_id="a", actor_name="A")


async def test_stock_needs_the_permission_to_change_stock(shop: Shop, kurta: Product) -> None:
    with pytest.raises(Forbidden, match=r"inventory\.manage"):
        await checked(shop, sheet("sku,stock", "KUR-S,1"), may_count=False)
    _, check = await checked(shop, sheet("sku,price", "KUR-S,1"), may_count=False)
    assert check.state is JobState.DONE


async def test_what_was_not_checked_to_its_end_cannot_be_started(shop: Shop) -> None:
    found = await begin_import(shop, "a.csv", sheet("sku", "A"), actor_id="a", actor_name="A")
    with pytest.raises(Conflict, match="has not ended"):
        await applied(shop, found)
