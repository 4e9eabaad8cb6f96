"""The category tree and brands, stored."""

from __future__ import annotations

import asyncio

import pytest

from spoeq_core.catalog import service
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.catalog.builders import simple


async def test_a_tree_is_built_and_read_back(shop: Shop):
    women = await service.create_category(shop, {"name": "Women"})
    kurtas = await service.create_category(shop, {"name": "Kurtas & Tops", "parent_id": women.id})
    assert kurtas.slug == "kurtas-tops"
    assert kurtas.path == (women.id, kurtas.id)
    (root,) = await service.category_tree(shop)
    assert root.category == women
    assert [node.category for node in root.children] == [kurtas]


async def test_moving_takes_everything_below_along(shop: Shop):
    women = await service.create_category(shop, {"name": "Women"})
    men = await service.create_category(shop, {"name": "Men"})
    kurtas = await service.create_category(shop, {"name": "Kurtas", "parent_id": women.id})
    silk = await service.create_category(shop, {"name": "Silk", "parent_id": kurtas.id})
    moved = await service.update_category(shop, kurtas.id, {"parent_id": men.id})
    assert moved.path == (men.id, kurtas.id)
    known = await service.all_categories(shop)
    assert known.find(silk.id).path == (men.id, kurtas.id, silk.id)
    top = await service.update_category(shop, kurtas.id, {"parent_id": None})
    assert top.path == (kurtas.id,)


async def test_a_category_cannot_be_moved_below_itself(shop: Shop):
    women = await service.create_category(shop, {"name": "Women"})
    kurtas = await service.create_category(shop, {"name": "Kurtas", "parent_id": women.id})
    for below in (women.id, kurtas.id):
        with pytest.raises(Invalid) as error:
            await service.update_category(shop, women.id, {"parent_id": below})
        assert [(fault.field, fault.code) for fault in error.value.errors] == [("parent_id", "below_itself")]


async def test_two_that_are_moved_below_each_other_at_once_make_no_circle(shop: Shop):
    for n in range(5):
        one = await service.create_category(shop, {"name": f"One {n}"})
        two = await service.create_category(shop, {"name": f"Two {n}"})
        await asyncio.gather(
            service.update_category(shop, one.id, {"parent_id": two.id}),
            service.update_category(shop, two.id, {"parent_id": one.id}),
            return_exceptions=True,
        )
    known = await service.all_categories(shop)
    assert all(known.is_rooted(category) for category in known.all())


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": " "}, ("name", "length")),
        ({"name": "x" * 121}, ("name", "length")),
        ({"name": "Women", "slug": "Women!"}, ("slug", "pattern")),
        ({"name": "कुर्ता"}, ("slug", "pattern")),
        ({"name": "Women", "parent_id": "nowhere"}, ("parent_id", "unknown")),
        ({"name": "Taken"}, ("slug", "taken")),
    ],
)
async def test_faults_name_their_field(shop: Shop, changes, fault):
    await service.create_category(shop, {"name": "Taken"})
    with pytest.raises(Invalid) as error:
        await service.create_category(shop, changes)
    assert fault in [(item.field, item.code) for item in error.value.errors]


async def test_an_old_version_is_refused(shop: Shop):
    women = await service.create_category(shop, {"name": "Women"})
    await service.update_category(shop, women.id, {"position": 3}, version=1)
    with pytest.raises(StaleAggregate):
        await service.update_category(shop, women.id, {"position": 4}, version=1)


async def test_only_what_nothing_hangs_on_can_be_deleted(shop: Shop):
    women = await service.create_category(shop, {"name": "Women"})
    kurtas = await service.create_category(shop, {"name": "Kurtas", "parent_id": women.id})
    made = await service.create_product(shop, simple(category_ids=(kurtas.id,)))
    for category in (women, kurtas):
        with pytest.raises(Conflict):
            await service.delete_category(shop, category.id)
    await service.delete_product(shop, made.id)
    await service.delete_category(shop, kurtas.id)
    await service.delete_category(shop, women.id)
    assert await service.category_tree(shop) == ()
    with pytest.raises(NotFound):
        await service.delete_category(shop, women.id)


async def test_a_product_has_its_brands_name_and_follows_when_it_changes(shop: Shop):
    brand = await service.create_brand(shop, {"name": "Neel Textiles"})
    made = await service.create_product(shop, simple(brand_id=brand.id))
    assert (made.brand_name, made.brand_slug) == ("Neel Textiles", "neel-textiles")
    await service.update_brand(shop, brand.id, {"name": "Neel", "slug": "neel"})
    await deliver_all(shop)
    found = await service.product_by_id_or_slug(shop, made.id)
    assert (found.brand_name, found.brand_slug, found.version) == ("Neel", "neel", 1)
    without = await service.update_product(shop, made.id, {"brand_id": None}, version=1)
    assert (without.brand_name, without.brand_slug) == ("", "")


async def test_brands_are_listed_by_name_and_have_slugs_of_their_own(shop: Shop):
    for name in ("neem", "Madder", "Agave"):
        await service.create_brand(shop, {"name": name})
    assert [brand.name for brand in await service.all_brands(shop)] == ["Agave", "Madder", "neem"]
    with pytest.raises(Invalid) as error:
        await service.create_brand(shop, {"name": "Neem"})
    assert error.value.errors[0].code == "taken"
