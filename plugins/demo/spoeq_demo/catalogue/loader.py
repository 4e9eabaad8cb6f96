"""Reads the demo shop's TOML files into its catalogue."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from spoeq_core.sdk import SpoeqError
from spoeq_demo.catalogue.model import Catalogue, DemoBrand, DemoCategory, DemoProduct, DemoVariant

FAMILIES: Final = (
    "sarees_kurtas",
    "menswear",
    "home_kitchen",
    "tea_spices",
    "handicrafts",
    "jewellery",
    "footwear",
    "books_stationery",
)
LOW_STOCK: Final = 5

_REQUIRED: Final = frozenset(
    (
        "slug",
        "name",
        "brand",
        "categories",
        "description",
        "hsn",
        "tags",
        "drawing",
        "palette",
        "dimensions_mm",
        "net_quantity",
        "mrp",
        "sale",
        "weight_g",
        "variants",
        "specs",
    )
)
_ALLOWED: Final = _REQUIRED | {
    "badges", "views", "options", "country_of_origin", "maker", "maker_address", "importer", "threshold"
}  # fmt: skip


def load_catalogue() -> Catalogue:
    """The demo shop's categories, brands and products.

    Raises:
        SpoeqError: a file has an unknown or missing field, or names a brand or option value that is not there.
    """
    sources = read("brands")
    brands = {raw["slug"]: raw for raw in sources["brands"]}
    products = [
        _product(raw, brands, sources["care_contact"], family)
        for family in FAMILIES
        for raw in read(family)["products"]
    ]
    return Catalogue(
        categories=_categories(),
        brands=tuple(DemoBrand(raw["slug"], raw["name"], raw["description"]) for raw in brands.values()),
        products=tuple(products),
    )


def read(name: str) -> dict[str, Any]:
    """One of the data files, parsed."""
    return tomllib.loads((files("spoeq_demo.catalogue") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def _categories() -> tuple[DemoCategory, ...]:
    seen: dict[str | None, int] = {}
    found = []
    for raw in read("categories")["categories"]:
        parent = raw.get("parent")
        seen[parent] = seen.get(parent, 0) + 1
        found.append(DemoCategory(raw["slug"], raw["name"], parent, raw["description"], seen[parent]))
    return tuple(found)


def _product(raw: Mapping[str, Any], brands: Mapping[str, Mapping[str, str]], care: str, family: str) -> DemoProduct:
    where = f"the product '{raw.get('slug', '?')}' of {family}.toml"
    _refuse(where, "misses", _REQUIRED - set(raw))
    _refuse(where, "has unknown", set(raw) - _ALLOWED)
    _refuse(where, "names an unknown brand in", {raw["brand"]} - set(brands))
    options = {name: tuple(values) for name, values in raw.get("options", {}).items()}
    length, width, height = raw["dimensions_mm"]
    return DemoProduct(
        slug=raw["slug"],
        name=raw["name"],
        brand=raw["brand"],
        categories=tuple(raw["categories"]),
        description=raw["description"],
        specs=dict(raw["specs"]),
        tags=tuple(raw["tags"]),
        badges=tuple(raw.get("badges", ())),
        options=options,
        variants=tuple(_variant(row, raw, options, where) for row in raw["variants"]),
        hsn=raw["hsn"],
        declarations=_declarations(raw, brands[raw["brand"]], care),
        dimensions_mm=(length, width, height),
        drawing=raw["drawing"],
        palette=tuple(raw["palette"]),
        views=raw.get("views", 1),
        pictured_as=raw["slug"],
    )


def _variant(
    row: Mapping[str, Any], product: Mapping[str, Any], options: Mapping[str, tuple[str, ...]], where: str
) -> DemoVariant:
    """A variant row; what it leaves out (prices, weight, threshold) is the product's."""
    picked = dict(zip(options, row.get("pick", ()), strict=True))
    _refuse(where, "offers no", {value for name, value in picked.items() if value not in options[name]})
    return DemoVariant(
        sku=row["sku"],
        options=picked,
        mrp=row.get("mrp", product["mrp"]),
        sale=row.get("sale", product["sale"]),
        weight_g=row.get("weight_g", product["weight_g"]),
        stock=row["stock"],
        threshold=product.get("threshold", LOW_STOCK),
    )


def _declarations(raw: Mapping[str, Any], brand: Mapping[str, str], care: str) -> dict[str, str]:
    """What the law asks for beside the price: the product's own words, else its brand's."""
    declared = {
        "country_of_origin": raw.get("country_of_origin", "IN"),
        "maker": raw.get("maker", brand["maker"]),
        "maker_address": raw.get("maker_address", brand["maker_address"]),
        "net_quantity": raw["net_quantity"],
        "care_contact": care,
    }
    return declared | ({"importer": raw["importer"]} if "importer" in raw else {})


def _refuse(where: str, what: str, names: set[str] | frozenset[str]) -> None:
    if names:
        raise SpoeqError(f"The demo catalogue: {where} {what} {', '.join(sorted(names))}.", hint="Mend the TOML file.")
