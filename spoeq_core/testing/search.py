"""What every search engine must do: inherit the class and give it the fixtures `shop` and `settle`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import (
    Option,
    Product,
    ProductChanges,
    ProductPage,
    ProductQuery,
    ProductStatus,
    Sort,
    Variant,
)
from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.catalog import register_search_engine
from spoeq_core.hooks.contributions import Manifest
from spoeq_core.search.model import Found, SearchQuery
from spoeq_core.search.service import find_products
from spoeq_core.shop import Shop

Settle = Callable[[], Awaitable[None]]

NAMES: Final = (
    "Indigo Kurta",
    "Madder Kurta",
    "Silk Saree",
    "Brass Diya",
    "Kurta Hanger",
    "कुर्ता नीला",
    "Steel Bottle",
    "Wool Shawl",
)
SIZED: Final = ("Indigo Kurta", "Madder Kurta")
OF_A_BRAND: Final = ("Indigo Kurta", "Silk Saree")
FESTIVE: Final = ("Indigo Kurta", "Brass Diya", "Steel Bottle")
SENSELESS: Final = (
    'shirt"',
    "a AND",
    "*",
    "-",
    "+",
    "(((",
    "name:kurta OR",
    "kurta~9",
    "[a TO",
    "\x00",
    "kur\x00ta",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "é" * 300,
    "कि" * 500,
    "' OR 1=1 --",
    "../../etc/passwd",
    "kurta " * 2_000,
    "x" * 10_000,
)
"""What shoppers, robots and cats type."""
ASKED: Final[tuple[ProductQuery, ...]] = (
    ProductQuery(),
    ProductQuery(category="women"),
    ProductQuery(category="kurtas"),
    ProductQuery(category="nowhere"),
    ProductQuery(brands=("neel",)),
    ProductQuery(brands=("neel", "nobody")),
    ProductQuery(tags=("Festive",)),
    ProductQuery(attributes={"Size": ("M",)}),
    ProductQuery(attributes={"Size": ("M", "S"), "Fabric": ("Cotton",)}),
    ProductQuery(attributes={"Fabric": ("Silk",)}, in_stock=True),
    ProductQuery(attributes={"country_of_origin": ("BD",)}),
    ProductQuery(attributes={"Nothing": ("of the kind",)}),
    ProductQuery(attributes={"Fabric": ()}),
    ProductQuery(price_min=20_000, price_max=30_000),
    ProductQuery(price_max=10_000),
    ProductQuery(price_min=10**15),
    ProductQuery(price_min=30_000, price_max=20_000),
    ProductQuery(rating_min=4.0),
    ProductQuery(rating_min=3.0, brands=("neel",)),
    ProductQuery(in_stock=True, category="women"),
    ProductQuery(page=2, per_page=3),
    ProductQuery(page=3, per_page=3),
    ProductQuery(page=9_999, per_page=100),
)


class SearchEngineContract:
    """Conformance tests of a `SearchEngine`, against the lists that the database makes.

    The fixture `shop` is an open shop with the engine's plugin, and `settle` lets the engine take up what changed.

    Example:
        class TestMine(SearchEngineContract):
            @pytest.fixture
            async def shop(self, servers, tmp_path):
                async with shop_with(my_plugin, raters(), servers=servers, data_dir=tmp_path) as opened:
                    yield opened

            @pytest.fixture
            def settle(self, shop):
                return lambda: take_up(shop)
    """

    async def test_conditions_facets_and_pages_are_those_of_the_database(self, shop: Shop, settle: Settle) -> None:
        """Every condition alone and some together; a facet's own choice does not narrow its counts."""
        await shelved(shop, settle)
        for query in ASKED:
            assert await answered(shop, query) == await catalog.list_products(shop, query), query

    async def test_every_order_is_that_of_the_database(self, shop: Shop, settle: Settle) -> None:
        """Also what decides between equals, so that pages never overlap."""
        await shelved(shop, settle)
        for sort in Sort:
            for number in (1, 2, 3):
                query = ProductQuery(sort=sort, page=number, per_page=3)
                assert _ids(await answered(shop, query)) == _ids(await catalog.list_products(shop, query)), query

    async def test_words_are_found_whole_in_any_script(self, shop: Shop, settle: Settle) -> None:
        """A word of Devanagari is not cut at its marks."""
        await shelved(shop, settle)
        assert await names(shop, "saree") == {"Silk Saree"}
        assert await names(shop, "SILK saree") == {"Silk Saree"}
        assert await names(shop, "नीला") == {"कुर्ता नीला"}
        assert await names(shop, "रता", literal=True) == set()
        assert await names(shop, "qwxyzv") == set()

    async def test_the_beginning_of_a_word_finds_it(self, shop: Shop, settle: Settle) -> None:
        """While it is being typed."""
        await shelved(shop, settle)
        assert await names(shop, "sar") >= {"Silk Saree"}
        assert await names(shop, "brass di") == {"Brass Diya"}
        assert await names(shop, "कु") >= {"कुर्ता नीला"}

    async def test_a_sku_and_a_brand_find_their_products(self, shop: Shop, settle: Settle) -> None:
        """As the database does."""
        await shelved(shop, settle)
        assert await names(shop, "SKU-3") == {"Brass Diya"}
        assert await names(shop, "neel") == {"Indigo Kurta", "Silk Saree"}

    async def test_words_go_together_with_conditions_and_orders(self, shop: Shop, settle: Settle) -> None:
        """Facets count what the words match."""
        await shelved(shop, settle)
        assert await names(shop, "kurta", brands=("neel",)) == {"Indigo Kurta"}
        page = await answered(shop, ProductQuery(text="kurta", sort=Sort.PRICE))
        prices = [product.lowest_price for product in page.items]
        assert prices == sorted(prices)
        (brand,) = [facet for facet in page.facets if facet.name == "brand"]
        assert [(value.value, value.count) for value in brand.values] == [("neel", 1)]

    async def test_nothing_that_is_typed_is_an_error(self, shop: Shop, settle: Settle) -> None:
        """An engine answers it; the shopper's words are never its syntax."""
        await shelved(shop, settle)
        for text in SENSELESS:
            for query in (ProductQuery(text=text), ProductQuery(text=text, literal=True)):
                assert isinstance(await answered(shop, query), ProductPage), text
        for text in ("*", "-", "\x00"):
            assert await names(shop, text) == set()

    async def test_what_is_meant_literally_is_not_corrected(self, shop: Shop, settle: Settle) -> None:
        """And whatever is corrected says so."""
        await shelved(shop, settle)
        page = await answered(shop, ProductQuery(text="sarree"))
        assert bool(page.items) == bool(page.corrected)
        page = await answered(shop, ProductQuery(text="sarree", literal=True))
        assert (page.total, page.corrected) == (0, "")

    async def test_what_changes_is_found_as_it_is(self, shop: Shop, settle: Settle) -> None:
        """Fields, stock, sales, brands, names of categories, drafts, deleted products."""
        shelf = await shelved(shop, settle)
        await _changed(shop, shelf)
        await settle()
        for query in ASKED:
            assert await answered(shop, query) == await catalog.list_products(shop, query), query
        assert await names(shop, "lantern") == {"Paper Lantern"}
        assert await names(shop, "hidden") == {"Hidden Lamp"}
        assert await names(shop, "hanger", literal=True) == set()
        assert await names(shop, "bottle", literal=True) == set()
        assert await names(shop, "ladies") == {"Indigo Kurta", "Madder Kurta", "Silk Saree"}
        assert await names(shop, "nila") == {"Indigo Kurta", "Silk Saree"}
        assert await names(shop, "neel", literal=True) == set()

    async def test_settling_twice_changes_nothing(self, shop: Shop, settle: Settle) -> None:
        """What was told twice is indexed once."""
        await shelved(shop, settle)
        before = await answered(shop, ProductQuery())
        await settle()
        assert await answered(shop, ProductQuery()) == before

    async def test_facets_that_nobody_wants_cost_no_answer(self, shop: Shop, settle: Settle) -> None:
        """The products are the same."""
        await shelved(shop, settle)
        query = ProductQuery(in_stock=True)
        assert _ids(await find_products(shop, query, counted=False)) == _ids(await answered(shop, query))


def raters() -> ModuleType:
    """A plugin that rates products, so that lists show and use their ratings."""
    module = ModuleType("spoeq_raters.plugin")
    module.__file__ = __file__
    module.manifest = Manifest("raters", "Raters", "Rates products, for tests.")  # type: ignore[attr-defined]
    module.register_ratings = hookimpl(lambda: True)  # type: ignore[attr-defined]
    return module


async def shelved(shop: Shop, settle: Settle) -> Mapping[str, Product]:
    """A few products that differ in all that lists look at, and a draft; the engine knows them."""
    products = await _filled(shop)
    await settle()
    return products


async def answered(shop: Shop, query: ProductQuery) -> ProductPage:
    """The list, which an engine must have answered."""
    before = {key: replace(calls) for key, calls in shop.hooks.calls.items()}
    page = await find_products(shop, query)
    within = None if query.category is None else tuple(await catalog.category_ids(shop, query.category))
    if within != ():
        found = [
            await part.value.search(shop, SearchQuery(query, within))
            for part in shop.hooks.parts(register_search_engine)
        ]
        assert any(isinstance(one, Found) for one in found), "no engine answers"
    for key, calls in shop.hooks.calls.items():
        assert calls.errors == (before[key].errors if key in before else 0), f"{key} failed"
    return page


async def names(shop: Shop, text: str, **more: Any) -> set[str]:
    """Names of what the words find."""
    return {product.name for product in (await answered(shop, ProductQuery(text=text, **more))).items}


def _ids(page: ProductPage) -> list[str]:
    return [product.id for product in page.items]


def _drafts(women: str, kurtas: str, neel: str) -> Iterable[ProductChanges]:
    sizes = Option("Size", ("S", "M", "L"))
    for number, name in enumerate(NAMES):
        sized = name in SIZED
        variants = [Variant(f"SKU-{number}{size}", {"Size": size}, sale=129_900) for size in sizes.values]
        yield {
            "name": name,
            "status": ProductStatus.ACTIVE,
            "brand_id": neel if name in OF_A_BRAND else None,
            "category_ids": (kurtas,) if sized else (women,) if name == "Silk Saree" else (),
            "tags": ("festive",) if name in FESTIVE else (),
            "specs": {"Fabric": "Cotton"} if sized else {"Fabric": "Silk", "Care": name},
            "options": (sizes,) if sized else (),
            "variants": tuple(variants) if sized else (Variant(f"SKU-{number}", sale=9_900 + number // 2 * 10_000),),
            "declarations": {
                "country_of_origin": "BD" if name == "Silk Saree" else "IN",
                "maker": "Neel Textiles, Jaipur",
                "net_quantity": "1 piece",
            },
        }


async def _filled(shop: Shop) -> dict[str, Product]:
    women = await catalog.create_category(shop, {"name": "Women"})
    kurtas = await catalog.create_category(shop, {"name": "Kurtas", "parent_id": women.id})
    neel = await catalog.create_brand(shop, {"name": "Neel"})
    drafts = _drafts(women.id, kurtas.id, neel.id)
    made = {draft["name"]: await catalog.create_product(shop, draft) for draft in drafts}
    hidden: ProductChanges = {**next(iter(_drafts("", "", ""))), "name": "Hidden Lamp", "status": ProductStatus.DRAFT}
    hidden |= {"brand_id": None, "category_ids": (), "options": (), "variants": (Variant("HIDDEN", sale=500),)}
    made["Hidden Lamp"] = await catalog.create_product(shop, hidden)
    states = {
        "Indigo Kurta": {"SKU-0M": "low"},
        "Brass Diya": {"SKU-3": "in_stock"},
        "Wool Shawl": {"SKU-7": "in_stock"},
    }
    await catalog.set_stock_states(shop, {made[name].id: of for name, of in states.items()})
    await catalog.set_ratings(shop, {made["Silk Saree"].id: (0, 0, 0, 0, 1), made["Wool Shawl"].id: (0, 1, 3, 5, 0)})
    await catalog.record_sales(shop, {made["Brass Diya"].id: 9, made["Silk Saree"].id: 4, made["Wool Shawl"].id: 4})
    return made


async def _changed(shop: Shop, shelf: Mapping[str, Product]) -> None:
    categories, brands = await catalog.all_categories(shop), await catalog.all_brands(shop)
    women = categories.find("women")
    assert women is not None
    await catalog.update_product(shop, shelf["Brass Diya"].id, {"name": "Paper Lantern", "tags": ("light",)})
    await catalog.update_product(shop, shelf["Hidden Lamp"].id, {"status": ProductStatus.ACTIVE})
    await catalog.archive_product(shop, shelf["Kurta Hanger"].id)
    await catalog.delete_product(shop, shelf["Steel Bottle"].id)
    await catalog.set_stock_states(shop, {shelf["Silk Saree"].id: {"SKU-2": "low"}, shelf["Wool Shawl"].id: {}})
    await catalog.record_sales(shop, {shelf["Wool Shawl"].id: 40})
    await catalog.set_ratings(
        shop, {shelf["Madder Kurta"].id: (0, 0, 1, 9, 9), shelf["Silk Saree"].id: (0, 0, 0, 0, 0)}
    )
    await catalog.update_category(shop, women.id, {"name": "Ladies"})
    await catalog.update_brand(shop, brands[0].id, {"name": "Nila"})
    await catalog.rename_brand(shop, brands[0].id)
