"""Lists of products, from the database."""

from __future__ import annotations

import pytest

from spoeq_core.catalog import service
from spoeq_core.catalog.model import Category, Product, ProductPage, ProductQuery, ProductStatus, Sort, Variant
from spoeq_core.kernel.errors import Invalid
from spoeq_core.shop import Shop
from tests.catalog.builders import DECLARED, kurta, simple
from tests.catalog.conftest import Commands


class Shelf:
    """A small catalogue: two categories one below the other, two brands, five products, a draft."""

    women: Category
    kurtas: Category
    products: dict[str, Product]


@pytest.fixture
async def shelf(shop: Shop) -> Shelf:
    made = Shelf()
    made.women = await service.create_category(shop, {"name": "Women"})
    made.kurtas = await service.create_category(shop, {"name": "Kurtas", "parent_id": made.women.id})
    neel = await service.create_brand(shop, {"name": "Neel"})
    imported = {**DECLARED, "country_of_origin": "BD"}
    drafts = [
        kurta("A", name="Indigo Kurta", brand_id=neel.id, category_ids=(made.kurtas.id,)),
        kurta("B", name="Madder Kurta", category_ids=(made.kurtas.id,), tags=()),
        simple("Silk Saree", "SAREE", category_ids=(made.women.id,), brand_id=neel.id, declarations=imported),
        simple("Brass Diya", "DIYA", specs={"Fabric": "Brass"}),
        simple("Kurta Hanger", "HANGER", variants=(Variant("HANGER", sale=9900),)),
        simple("Hidden Kurta", "HIDDEN", status=ProductStatus.DRAFT),
    ]
    made.products = {draft["name"]: await service.create_product(shop, draft) for draft in drafts}
    states = {"Indigo Kurta": {"A-IND-S": "low"}, "Brass Diya": {"DIYA": "in_stock"}, "Silk Saree": {"SAREE": "out"}}
    await service.set_stock_states(shop, {made.products[name].id: of for name, of in states.items()})
    await service.record_sales(shop, {made.products["Brass Diya"].id: 9, made.products["Silk Saree"].id: 4})
    return made


def names(page: ProductPage) -> list[str]:
    return sorted(product.name for product in page.items)


EVERYTHING = ["Brass Diya", "Indigo Kurta", "Kurta Hanger", "Madder Kurta", "Silk Saree"]


async def test_everything_that_is_active_is_listed(shop: Shop, shelf: Shelf):
    page = await service.list_products(shop, ProductQuery())
    assert names(page) == EVERYTHING
    assert (page.total, page.page, page.per_page, page.partial) == (5, 1, 24, False)
    assert await service.product_by_id_or_slug(shop, "indigo-kurta") in page.items


CASES = [
    (ProductQuery(category="women"), ["Indigo Kurta", "Madder Kurta", "Silk Saree"]),
    (ProductQuery(category="kurtas"), ["Indigo Kurta", "Madder Kurta"]),
    (ProductQuery(category="nowhere"), []),
    (ProductQuery(brands=("neel",)), ["Indigo Kurta", "Silk Saree"]),
    (ProductQuery(tags=("Festive",)), ["Indigo Kurta"]),
    (ProductQuery(text="kurta"), ["Indigo Kurta", "Kurta Hanger", "Madder Kurta"]),
    (ProductQuery(text="KUR ind"), ["Indigo Kurta", "Madder Kurta"]),
    (ProductQuery(text="ndigo"), []),
    (ProductQuery(text="neel"), ["Indigo Kurta", "Silk Saree"]),
    (ProductQuery(text="B-MAD-M"), ["Madder Kurta"]),
    (ProductQuery(text=".*"), []),
    (ProductQuery(text="   "), EVERYTHING),
    (ProductQuery(text="kurta", category="women"), ["Indigo Kurta", "Madder Kurta"]),
    (ProductQuery(attributes={"Size": ("M", "L")}), ["Indigo Kurta", "Madder Kurta"]),
    (ProductQuery(attributes={"Fabric": ("Cotton",)}), ["Indigo Kurta", "Madder Kurta"]),
    (ProductQuery(attributes={"country_of_origin": ("BD",)}), ["Silk Saree"]),
    (ProductQuery(price_max=9900), ["Kurta Hanger"]),
    (ProductQuery(price_min=9901, price_max=29900), ["Brass Diya", "Silk Saree"]),
    (ProductQuery(in_stock=True), ["Brass Diya", "Indigo Kurta"]),
    (ProductQuery(rating_min=4.0), []),
    (ProductQuery(statuses=(ProductStatus.DRAFT,)), ["Hidden Kurta"]),
    (ProductQuery(statuses=tuple(ProductStatus), text="hidden"), ["Hidden Kurta"]),
]


@pytest.mark.parametrize("most", [service.MAX_COUNTED, 0], ids=["counted here", "by the database"])
async def test_conditions(shop: Shop, shelf: Shelf, most: int):
    """The two ways to make a page, for few and for very many matches, agree."""
    for query, expected in CASES:
        page = await service.list_products(shop, query, counted=most)
        assert (names(page), page.total) == (expected, len(expected)), query
        assert sorted(product.name for product in await service.first_products(shop, query)) == expected, query


@pytest.mark.parametrize("most", [service.MAX_COUNTED, 0], ids=["counted here", "by the database"])
@pytest.mark.parametrize(
    ("sort", "first"),
    [
        (Sort.NEWEST, "Kurta Hanger"),
        (Sort.PRICE, "Kurta Hanger"),
        (Sort.PRICE_DOWN, "Madder Kurta"),
        (Sort.BESTSELLING, "Brass Diya"),
        (Sort.RELEVANCE, "Brass Diya"),
        (Sort.ORIGIN, "Silk Saree"),
        (Sort.RATING, "Kurta Hanger"),
    ],
)
async def test_orders(shop: Shop, shelf: Shelf, sort, first, most):
    page = await service.list_products(shop, ProductQuery(sort=sort), counted=most)
    assert page.items[0].name == first
    assert page.partial is (most == 0)
    assert (await service.first_products(shop, ProductQuery(sort=sort)))[0].name == first


@pytest.mark.parametrize("most", [service.MAX_COUNTED, 0], ids=["counted here", "by the database"])
async def test_pages_together_are_the_whole(shop: Shop, shelf: Shelf, most: int):
    pages = [await service.list_products(shop, ProductQuery(page=n, per_page=2), counted=most) for n in (1, 2, 3, 4)]
    assert [len(page.items) for page in pages] == [2, 2, 1, 0]
    assert sorted(product.name for page in pages for product in page.items) == EVERYTHING
    assert {page.total for page in pages} == {5}
    assert tuple(await service.first_products(shop, ProductQuery(page=2, per_page=2))) in [page.items for page in pages]


@pytest.mark.parametrize("query", [ProductQuery(per_page=101), ProductQuery(per_page=0), ProductQuery(page=0)])
async def test_a_page_that_cannot_be_is_refused(shop: Shop, query):
    for find in (service.list_products, service.first_products):
        with pytest.raises(Invalid):
            await find(shop, query)


async def test_a_list_takes_two_commands_and_a_category_one_more(shop: Shop, shelf: Shelf, commands: Commands):
    commands.take()
    await service.list_products(shop, ProductQuery(text="kurta", in_stock=True))
    assert commands.take() == {"find": 2}
    await service.list_products(shop, ProductQuery(category="women"))
    assert commands.take() == {"find": 3}
    known = await service.all_categories(shop)
    commands.take()
    await service.list_products(shop, ProductQuery(category="women"), known)
    assert commands.take() == {"find": 2}
    await service.first_products(shop, ProductQuery(category="women"), known)
    assert commands.take() == {"find": 1}


async def test_brands_are_named_in_facets(shop: Shop, shelf: Shelf):
    page = await service.list_products(shop, ProductQuery())
    (brand,) = [facet for facet in page.facets if facet.name == "brand"]
    assert [(value.value, value.label, value.count) for value in brand.values] == [("neel", "Neel", 2)]


async def test_countries_are_named_in_facets(shop: Shop, shelf: Shelf):
    page = await service.list_products(shop, ProductQuery())
    (origin,) = [facet for facet in page.facets if facet.name == "f.country_of_origin"]
    assert [(v.value, v.label, v.count) for v in origin.values] == [("IN", "India", 4), ("BD", "Bangladesh", 1)]
