"""Staff make, change and remove products; shoppers find them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from spoeq_core.catalog import service
from spoeq_core.catalog.documents import ProductRepository, RemovalRepository
from spoeq_core.catalog.images import add_image
from spoeq_core.catalog.model import ProductStatus, Variant
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.catalog.builders import kurta, later, picture, simple
from tests.catalog.conftest import Commands


def refused(error: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in error.value.errors}


async def events_of(shop: Shop, product_id: str) -> list[str]:
    raw = await shop.repository(ProductRepository).collection.find_one({"_id": product_id})
    return [event["type"] for event in raw.get("pending_events", [])]


async def test_what_was_created_is_found_by_id_and_by_slug(shop: Shop):
    made = await service.create_product(shop, kurta(description="Hand-printed in Bagru."))
    assert made.slug == "block-printed-kurta"
    assert made.version == 1
    assert await service.product_by_id_or_slug(shop, made.id) == made
    assert await service.product_by_id_or_slug(shop, made.slug) == made
    assert await events_of(shop, made.id) == ["ProductCreated"]


async def test_a_draft_needs_a_name_only_and_is_hidden(shop: Shop):
    made = await service.create_product(shop, {"name": "Someday"})
    assert made.status is ProductStatus.DRAFT
    with pytest.raises(NotFound):
        await service.product_by_id_or_slug(shop, made.slug)
    with pytest.raises(NotFound):
        await service.product_by_id_or_slug(shop, made.id)
    assert await service.product_by_id_or_slug(shop, made.id, hidden=True) == made
    assert await service.products_by_ids(shop, [made.id]) == []
    assert await service.products_by_ids(shop, [made.id], hidden=True) == [made]


async def test_two_drafts_without_variants_may_stand_beside_each_other(shop: Shop):
    first = await service.create_product(shop, {"name": "One"})
    second = await service.create_product(shop, {"name": "Two"})
    assert await service.products_by_ids(shop, [second.id, new_id(), first.id], hidden=True) == [second, first]


@pytest.mark.parametrize("key", ["nothing", "", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "a" * 500, "{'$ne': 1}"])
async def test_what_is_not_there_is_not_found(shop: Shop, key):
    with pytest.raises(NotFound):
        await service.product_by_id_or_slug(shop, key)


async def test_names_that_are_the_same_get_numbered_slugs(shop: Shop):
    slugs = [(await service.create_product(shop, simple("Brass Diya", f"D-{n}"))).slug for n in range(3)]
    assert slugs == ["brass-diya", "brass-diya-2", "brass-diya-3"]


async def test_a_name_without_latin_letters_gets_a_slug_of_its_id(shop: Shop):
    made = await service.create_product(shop, simple("कुर्ता"))
    assert made.slug == f"product-{made.id[-8:].lower()}"


async def test_a_slug_that_was_asked_for_is_not_changed_but_refused(shop: Shop):
    await service.create_product(shop, simple("A", "A-1", slug="diya"))
    with pytest.raises(Invalid) as error:
        await service.create_product(shop, simple("B", "B-1", slug="diya"))
    assert refused(error) == {("slug", "taken")}


async def test_a_sku_is_unique_across_products(shop: Shop):
    await service.create_product(shop, kurta())
    with pytest.raises(Invalid) as error:
        await service.create_product(shop, simple("Other", "KUR-IND-M"))
    assert refused(error) == {("variants.0.sku", "taken")}


async def test_of_many_that_take_a_sku_at_once_one_wins(shop: Shop):
    made = await asyncio.gather(
        *(service.create_product(shop, simple(f"Diya {n}", "SAME")) for n in range(8)), return_exceptions=True
    )
    lost = [error for error in made if isinstance(error, Invalid)]
    assert len(lost) == 7
    assert {fault.code for error in lost for fault in error.errors} == {"taken"}


async def test_every_fault_is_reported_at_once(shop: Shop):
    with pytest.raises(Invalid) as error:
        await service.create_product(
            shop,
            {
                "name": "",
                "slug": "x",
                "status": ProductStatus.ACTIVE,
                "brand_id": "nobody",
                "category_ids": ("nowhere",),
                "variants": (Variant("bad sku", sale=2, mrp=1),),
            },
        )
    assert refused(error) == {
        ("name", "missing"),
        ("variants.0.sku", "pattern"),
        ("variants.0.sale", "above_mrp"),
        ("declarations.country_of_origin", "needed_to_sell"),
        ("declarations.maker", "needed_to_sell"),
        ("declarations.net_quantity", "needed_to_sell"),
        ("brand_id", "unknown"),
        ("category_ids", "unknown"),
    }
    assert error.value.hint
    assert await shop.repository(ProductRepository).count({}) == 0


async def test_an_update_changes_what_it_names_and_tells(shop: Shop):
    made = await service.create_product(shop, kurta())
    changed = await service.update_product(shop, made.id, {"name": "Kurta", "hsn": "6206"}, version=1)
    assert (changed.name, changed.hsn, changed.version) == ("Kurta", "6206", 2)
    assert changed.slug == made.slug
    assert changed.variants == made.variants
    assert await service.product_by_id_or_slug(shop, made.id) == changed
    assert await events_of(shop, made.id) == ["ProductCreated", "ProductUpdated"]


async def test_an_update_that_changes_nothing_writes_nothing(shop: Shop):
    made = await service.create_product(shop, kurta())
    assert await service.update_product(shop, made.id, {"name": made.name}) == made
    assert await events_of(shop, made.id) == ["ProductCreated"]


async def test_an_old_version_is_refused(shop: Shop):
    made = await service.create_product(shop, kurta())
    await service.update_product(shop, made.id, {"name": "Kurta"}, version=1)
    with pytest.raises(StaleAggregate) as error:
        await service.update_product(shop, made.id, {"name": "Kurti"}, version=1)
    assert error.value.code == "stale"
    assert error.value.extra == {"version": 2}
    assert (await service.product_by_id_or_slug(shop, made.id)).name == "Kurta"


async def test_of_many_changes_of_one_version_one_wins(shop: Shop):
    made = await service.create_product(shop, kurta())
    done = await asyncio.gather(
        *(service.update_product(shop, made.id, {"name": f"Kurta {n}"}, version=1) for n in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(item, StaleAggregate) for item in done) == 7
    assert (await service.product_by_id_or_slug(shop, made.id)).version == 2


async def test_an_update_cannot_take_anothers_slug_or_sku(shop: Shop):
    await service.create_product(shop, kurta())
    diya = await service.create_product(shop, simple())
    stolen = (replace(diya.variants[0], sku="KUR-IND-M"),)
    with pytest.raises(Invalid) as error:
        await service.update_product(shop, diya.id, {"slug": "block-printed-kurta", "variants": stolen})
    assert refused(error) == {("slug", "taken"), ("variants.0.sku", "taken")}


async def test_a_variant_may_keep_and_give_up_its_sku(shop: Shop):
    made = await service.create_product(shop, kurta())
    await service.update_product(shop, made.id, {"variants": made.variants[1:]})
    other = await service.create_product(shop, simple("Other", made.variants[0].sku))
    assert other.variants[0].sku == "KUR-IND-S"


async def test_saving_leaves_what_other_rooms_keep_beside_the_fields(shop: Shop):
    made = await service.create_product(shop, simple())
    await service.record_sales(shop, {made.id: 3})
    await service.set_stock_states(shop, {made.id: {"DIYA-1": "low"}})
    await service.save_product(shop, replace(made, name="Diya"), made)
    found = await service.product_by_id_or_slug(shop, made.id)
    assert (found.name, found.sold_count, found.stock_states) == ("Diya", 3, {"DIYA-1": "low"})
    assert found.in_stock
    assert found.version == 2


async def test_names_and_skus_with_dots_are_kept(shop: Shop):
    draft = simple("Cable", "CAB.1-2_3", specs={"Length (approx.)": "1.5 m"})
    made = await service.create_product(shop, draft)
    await service.set_stock_states(shop, {made.id: {"CAB.1-2_3": "in_stock"}})
    found = await service.product_by_id_or_slug(shop, made.id)
    assert found.specs == {"Length (approx.)": "1.5 m"}
    assert found.stock_state("CAB.1-2_3") == "in_stock"


async def test_archiving_hides_and_keeps(shop: Shop):
    made = await service.create_product(shop, simple())
    archived = await service.archive_product(shop, made.id)
    assert archived.status is ProductStatus.ARCHIVED
    with pytest.raises(NotFound):
        await service.product_by_id_or_slug(shop, made.slug)


async def test_deleting_frees_slug_and_sku_at_once_and_files_later(shop: Shop):
    made = await service.create_product(shop, simple())
    made = await add_image(shop, made.id, picture(size=(64, 80)), "A brass lamp")
    small, key = (made.images[0].small.key, made.images[0].files[0].key)
    await service.delete_product(shop, made.id)
    with pytest.raises(NotFound):
        await service.product_by_id_or_slug(shop, made.id, hidden=True)
    again = await service.create_product(shop, simple())
    assert again.slug == made.slug
    await deliver_all(shop)
    assert await shop.storage.read(key) is not None
    shop = later(shop, days=8)
    await service.remove_loose_files(shop)
    assert await shop.storage.read(key) is None
    assert await shop.storage.read(small) is not None, "orders may show it"
    assert await shop.repository(RemovalRepository).count({}) == 0
    assert (await service.product_by_id_or_slug(shop, again.id)).id == again.id


async def test_a_removal_that_a_crash_interrupted_is_finished(shop: Shop):
    made = await service.create_product(shop, simple())
    products = shop.repository(ProductRepository)
    stored = await products.collection.find_one({"_id": made.id})
    await service.delete_product(shop, made.id)
    await products.collection.insert_one(stored)
    await service.delete_product(shop, made.id)
    await products.collection.insert_one(stored)
    await deliver_all(shop)
    assert await products.find_by_id(made.id) is None


async def test_deleting_what_is_not_there_is_refused(shop: Shop):
    with pytest.raises(NotFound):
        await service.delete_product(shop, new_id())


async def test_many_are_imported_with_few_commands(shop: Shop, commands: Commands):
    await service.create_product(shop, simple("Brass Diya", "FIRST"))
    drafts = [simple("Brass Diya", f"D-{n}") for n in range(40)]
    commands.take()
    made = await service.import_products(shop, drafts, stock_states={"D-7": "low"})
    assert commands.take() == {"find": 3, "insert": 1}
    assert len({product.slug for product in made}) == 40
    assert all(product.slug.startswith("brass-diya-") for product in made)
    assert await service.products_by_ids(shop, [made[7].id]) == [made[7]]
    assert made[7].in_stock
    assert not made[8].in_stock


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        (simple("", "X"), ("name", "missing")),
        (simple("Two", "DIYA-1"), ("sku", "duplicate")),
        (simple("Two", "X", slug="brass-diya-x"), ("slug", "duplicate")),
        (simple("Two", "X", brand_id="nobody"), ("brand_id", "unknown")),
        (simple("Two", "X", category_ids=("nowhere",)), ("category_ids", "unknown")),
    ],
)
async def test_an_import_with_a_fault_stores_nothing(shop: Shop, second, fault):
    with pytest.raises(Invalid) as error:
        await service.import_products(shop, [simple(slug="brass-diya-x"), second])
    assert fault in refused(error)
    assert await shop.repository(ProductRepository).count({}) == 0


async def test_an_import_that_meets_a_taken_sku_names_the_product(shop: Shop):
    await service.create_product(shop, simple("Zero", "S"))
    with pytest.raises(Conflict) as error:
        await service.import_products(shop, [simple("One", "A"), simple("Two", "S")])
    assert "two" in error.value.message
    assert error.value.hint


async def test_long_names_that_are_the_same_still_get_numbered(shop: Shop):
    name = "a" * 200
    slugs = [(await service.create_product(shop, simple(name, f"L-{n}"))).slug for n in range(2)]
    assert slugs == ["a" * 80, "a" * 80 + "-2"]
