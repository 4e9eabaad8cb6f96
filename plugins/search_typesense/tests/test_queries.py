"""What shoppers find, and that nothing they say is the server's language."""

from __future__ import annotations

from typing import Any

from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.model import ProductQuery
from spoeq_core.hooks.catalog import register_search_engine
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.sdk import Shop
from spoeq_core.search.model import SearchQuery
from spoeq_core.search.service import find_products
from spoeq_core.testing.search import answered
from spoeq_search_typesense.following import follow
from spoeq_search_typesense.querying import MOST_CONDITIONS
from tests.catalog.builders import simple

from .conftest import KEY, Server

EVIL = (
    "` || price:>0 || brand_key:=`",
    "`]",
    "],id:[*",
    "* && price:>=0",
    "x`,`y",
    "a\\`b",
    "=",
    "S || marks:=instock",
    "\x00",
    "😀`",
    "x" * 5_000,
)
"""What would be more than a value, if values were written into the question."""
SHELF = ("Blue T-Shirt", "Red Tee", "सफ़ेद शर्ट", "Chakki Atta 1 kg")
FOUND = (
    ("tshirt", {"Blue T-Shirt", "Red Tee"}),
    ("t-shirt", {"Blue T-Shirt", "Red Tee"}),
    ("red t-shirt", {"Red Tee"}),
    ("tee", {"Blue T-Shirt", "Red Tee"}),
    ("shirt", {"Blue T-Shirt", "सफ़ेद शर्ट"}),
    ("white शर्ट", {"सफ़ेद शर्ट"}),
    ("सफेद", {"सफ़ेद शर्ट"}),
    ("wheat flour", {"Chakki Atta 1 kg"}),
    ("1000 g आटा", {"Chakki Atta 1 kg"}),
    ("atta 5 kg", set[str]()),
    ("brown", set[str]()),
)
MENDED = (("tshrit", "tshirt", 2), ("blue tshrit", "blue tshirt", 1), ("chaki", "chakki", 1), ("qwxyzv", "", 0))


async def names(shop: Shop, text: str, **more: Any) -> set[str]:
    return {item.name for item in (await answered(shop, ProductQuery(text=text, **more))).items}


async def filled(shop: Shop) -> None:
    for number, name in enumerate(SHELF):
        await catalog.create_product(shop, simple(name, f"ITEM-{number}", slug=f"item-{number}", tags=("new",)))
    await follow(shop)


async def test_words_synonyms_and_sizes_find_what_is_meant_in_any_script(shop: Shop):
    await filled(shop)
    assert {text: await names(shop, text) for text, _ in FOUND} == dict(FOUND)


async def test_slips_are_mended_where_nothing_is_found(shop: Shop):
    await filled(shop)
    for text, corrected, many in MENDED:
        page = await answered(shop, ProductQuery(text=text))
        assert (page.corrected, page.total) == (corrected, many), text
        literally = await answered(shop, ProductQuery(text=text, literal=True))
        assert (literally.total, literally.corrected) == (0, ""), text
    page = await answered(shop, ProductQuery(text="tee", brands=("nobody",)))
    assert (page.total, page.corrected) == (0, ""), "only the filter leaves nothing"


async def test_no_value_is_more_than_a_value(shop: Shop):
    await filled(shop)
    for evil in EVIL:
        asked = (
            ProductQuery(brands=(evil,)),
            ProductQuery(tags=(evil,)),
            ProductQuery(attributes={evil: (evil,), "Size": (evil, "S")}),
            ProductQuery(text=f"tee {evil}", literal=True, tags=(evil,)),
        )
        for query in asked:
            assert (await answered(shop, query)).total == 0, query


async def test_more_conditions_than_the_server_takes_are_left_to_the_database(shop: Shop):
    await filled(shop)
    for many, answers in ((MOST_CONDITIONS, True), (MOST_CONDITIONS + 1, False), (150, False)):
        query = ProductQuery(
            attributes={f"Name {number}": ("x",) for number in range(many - 3)},
            price_min=1,
            price_max=2,
            in_stock=True,
            brands=("x",),
            tags=("new",),
        )
        assert await find_products(shop, query) == await catalog.list_products(shop, query)
        (part,) = shop.hooks.parts(register_search_engine)
        assert (await part.value.search(shop, SearchQuery(query)) is not None) is answers
    assert shop.hooks.calls["search_typesense", "register_search_engine"].errors == 0


async def test_long_values_that_begin_alike_are_told_apart(shop: Shop):
    long = "x" * 59
    for end in ("a", "b"):
        specs = {"Care": long + end}
        await catalog.create_product(shop, simple(f"Lamp {end}", end.upper() * 3, specs=specs))
    await follow(shop)
    assert "f.Care" in [facet.name for facet in (await catalog.list_products(shop, ProductQuery())).facets]
    for query in (ProductQuery(), ProductQuery(attributes={"Care": (long + "a",)})):
        assert await answered(shop, query) == await catalog.list_products(shop, query)


async def test_staff_change_what_words_mean(shop: Shop, typesense: Server):
    await filled(shop)
    assert await names(shop, "moonlight", literal=True) == set()
    known = shop.settings.mongodb_database.removeprefix("test_")[-30:]
    changed = {"nodes": [typesense.url], "api_key": KEY, "prefix": known, "synonyms": ["moonlight, red tee"]}
    await save_settings(shop, "search_typesense", changed)
    await follow(shop)
    assert await names(shop, "moonlight") == {"Red Tee"}
    assert await names(shop, "tshirt", literal=True) == set()


async def test_suggestions_come_from_the_beginnings_of_words(shop: Shop):
    await filled(shop)
    found = await find_products(shop, ProductQuery(text="chak", per_page=5), counted=False)
    assert [item.name for item in found.items] == ["Chakki Atta 1 kg"]
    assert found.facets == ()
