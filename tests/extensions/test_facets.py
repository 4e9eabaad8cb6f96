"""Fields of plugins as filters of lists: counted, named, in the address, gone with the plugin."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from spoeq_core.catalog.model import ProductQuery
from spoeq_core.catalog.service import list_products, product_by_id_or_slug, update_product
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from tests.shopping import stock_up

WARRANTIES: dict[str, dict[str, Any]] = {
    "kurta": {"months": 24, "repair": "at_home", "covers": ["dye", "seams"], "abroad": True},
    "diya": {"months": 12, "repair": "in_shop", "covers": ["seams"], "abroad": False, "supplier": "Acme"},
    "shawl": {"months": 24, "repair": "in_shop", "covers": []},
}


async def warranted(shop: Shop) -> None:
    await stock_up(shop, {"SHAWL": 5, "PLAIN": 5})
    for name, warranty in WARRANTIES.items():
        product = await product_by_id_or_slug(shop, f"kurta-{name}")
        await update_product(shop, product.id, {"ext": {"keeper": warranty}})


async def asked(shop: Shop, *, counted: int = 5000, **attributes: tuple[str, ...]) -> tuple[set[str], dict[str, Any]]:
    """The products that match, and the facets of plugins: label and counts by the values' labels."""
    query = ProductQuery(attributes={f"keeper.{name}": values for name, values in attributes.items()})
    found = await list_products(shop, query, counted=counted)
    facets = {
        facet.name: (facet.label, {value.label: value.count for value in facet.values})
        for facet in found.facets
        if facet.name.startswith("f.keeper.")
    }
    return {item.slug.removeprefix("kurta-") for item in found.items}, facets


async def test_declared_fields_are_filters_with_counts(shop: Shop):
    await warranted(shop)
    everything, facets = await asked(shop)
    assert everything == {"kurta", "diya", "shawl", "plain"}
    assert facets == {
        "f.keeper.months": ("Months of warranty", {"24": 2, "12": 1}),
        "f.keeper.repair": ("Where it is repaired", {"At home": 1, "In shop": 2}),
        "f.keeper.covers": ("Covers", {"dye": 1, "seams": 2}),
        "f.keeper.abroad": ("Counts abroad", {"Yes": 1, "No": 1}),
    }


NARROWED: list[tuple[dict[str, tuple[str, ...]], set[str]]] = [
    ({"months": ("24",)}, {"kurta", "shawl"}),
    ({"months": ("24", "12")}, {"kurta", "shawl", "diya"}),
    ({"repair": ("in_shop",), "months": ("24",)}, {"shawl"}),
    ({"covers": ("seams",)}, {"kurta", "diya"}),
    ({"abroad": ("no",)}, {"diya"}),
    ({"months": ("9" * 40,)}, set()),
    ({"supplier": ("Acme",)}, set()),
]


async def test_a_list_is_narrowed_by_them_counted_here_or_by_the_database(shop: Shop):
    await warranted(shop)
    for attributes, expected in NARROWED:
        assert (await asked(shop, **attributes))[0] == expected, attributes
        assert (await asked(shop, counted=1, **attributes))[0] == expected, attributes
    facets = (await asked(shop, months=("12",)))[1]
    assert facets["f.keeper.months"][1] == {"24": 2, "12": 1}
    assert facets["f.keeper.repair"][1] == {"In shop": 1}


async def test_they_go_and_come_with_the_plugin(shop: Shop):
    await warranted(shop)
    before = (await asked(shop))[1]
    await disable_plugin(shop, "keeper")
    assert (await asked(shop))[1] == {}
    assert (await asked(shop, months=("24",)))[0] == set()
    await enable_plugin(shop, "keeper")
    assert (await asked(shop))[1] == before


async def test_many_attributes_of_products_do_not_push_a_declared_one_out(shop: Shop):
    await warranted(shop)
    for name in ("kurta", "diya", "shawl", "plain"):
        product = await product_by_id_or_slug(shop, f"kurta-{name}")
        await update_product(shop, product.id, {"specs": {f"Spec {n}": name for n in range(12)}})
    assert set((await asked(shop))[1]) == {f"f.keeper.{name}" for name in ("months", "repair", "covers", "abroad")}


async def test_pages_and_the_api_show_them(app: RunningApp):
    await warranted(app.shop)
    html = await (await app.client.get("/products?f.keeper.months=24&f.keeper.repair=in_shop")).get_data(as_text=True)
    assert "Kurta SHAWL" in html
    assert "Kurta DIYA" not in html
    assert "Where it is repaired" in html
    boxes = [
        unescape(tag)
        for tag in re.findall(r"<input[^>]*>", html)
        if 'name="f.keeper.repair"' in tag and "checkbox" in tag
    ]
    assert [("checked" in tag) for tag in sorted(boxes)] == [False, True]
    assert 'href="/products?f.keeper.months=24"' in unescape(html), "the chip that takes the choice back"
    assert "Where it is repaired: In shop" in html
    hindi = await (await app.client.get("/products", headers={"Cookie": "spoeq_language=hi"})).get_data(as_text=True)
    assert "Where it is repaired" in hindi
    answer = await (await app.client.get("/api/v1/products?f.keeper.abroad=yes")).get_json()
    assert [item["name"] for item in answer["items"]] == ["Kurta KURTA"]
    (facet,) = [facet for facet in answer["facets"] if facet["name"] == "f.keeper.abroad"]
    assert (facet["label"], facet["kind"]) == ("Counts abroad", "choice")
    assert {(v["value"], v["label"], v["count"], v["selected"]) for v in facet["values"]} == {
        ("yes", "Yes", 1, True),
        ("no", "No", 1, False),
    }


@pytest.mark.parametrize("path", ["/products?f.keeper.months=x&f.keeper.abroad=maybe", "/products?f.keeper.=1"])
async def test_senseless_values_find_nothing_and_break_nothing(app: RunningApp, path: str):
    await asyncio.gather(warranted(app.shop))
    assert (await app.client.get(path)).status_code == 404
