"""Goods that staff name in forms: products, categories and brands, by the last part of their addresses or by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spoeq_core.catalog.model import Category, Product, ProductQuery, ProductStatus
from spoeq_core.catalog.service.categories import all_brands, all_categories
from spoeq_core.catalog.service.listing import first_products
from spoeq_core.catalog.service.products import products_by_ids, products_by_slugs
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

GOODS = ("products", "categories", "brands")
OFFERED = 8
LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Named:
    """Something that can be named.

    Attributes:
        id: What is stored.
        name: What is typed: the last part of its address.
        label: What it is called.
        more: What tells it from others of the label: the category above it, or the state of a product not on sale.
        hidden: Whether it is a product that is not on sale.
    """

    id: str
    name: str
    label: str
    more: str = ""
    hidden: bool = False


async def ids_of_goods(shop: Shop, named: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Ids of what is named by slug or id, each once, by kind: `{"brands": ["neel"]}`.

    Raises:
        Invalid: something of them does not exist; the field is its kind.
    """
    found, errors = {}, []
    for kind, names in named.items():
        ids = {name: item.id for item in await goods_called(shop, kind, names) for name in (item.name, item.id)}
        unknown = next((name for name in names if name not in ids), None)
        if unknown is not None:
            errors.append(FieldError(kind, message("There is no %(name)s.", name=unknown[:LONGEST_SHOWN]), "unknown"))
        found[kind] = tuple(dict.fromkeys(ids[name] for name in names if name in ids))
    if errors:
        raise Invalid("Some of what is named does not exist.", errors=errors)
    return found


async def names_of_goods(shop: Shop, stored: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The slugs of goods by their ids, by kind; the id where they are gone."""
    found = {}
    for kind, ids in stored.items():
        names = {item.id: item.name for item in await goods_called(shop, kind, ids)}
        found[kind] = [names.get(key, key) for key in ids]
    return found


async def goods_called(shop: Shop, kind: str, names: Sequence[str]) -> list[Named]:
    """What exists of the slugs or ids, drafts too; products by two commands, the others by one."""
    if not names:
        return []
    if kind == "products":
        by_slug = await products_by_slugs(shop, names)
        by_id = await products_by_ids(shop, names, hidden=True)
        return [_product(product) for product in {one.id: one for one in (*by_slug.values(), *by_id)}.values()]
    wanted = set(names)
    return [item for item in await _all(shop, kind) if item.name in wanted or item.id in wanted]


async def find_goods(shop: Shop, kind: str, text: str, *, hidden: bool) -> list[Named]:
    """The first few whose words begin with those typed; without any, the first few of all.

    Args:
        shop: The shop.
        kind: One of `GOODS`.
        text: What was typed.
        hidden: Whether drafts and archived products are found too.
    """
    if kind == "products":
        statuses = tuple(ProductStatus) if hidden else (ProductStatus.ACTIVE,)
        query = ProductQuery(text=text, per_page=OFFERED, statuses=statuses, literal=True)
        return [_product(product) for product in await first_products(shop, query)]
    typed = text.casefold().split()
    matches = [item for item in await _all(shop, kind) if _begins(f"{item.label} {item.name}", typed)]
    return sorted(matches, key=lambda item: item.label.casefold())[:OFFERED]


def _begins(text: str, typed: Sequence[str]) -> bool:
    words = text.casefold().replace("-", " ").split()
    return all(any(word.startswith(start) for word in words) for start in typed)


def _product(product: Product) -> Named:
    hidden = product.status is not ProductStatus.ACTIVE
    return Named(product.id, product.slug, product.name, product.status.value if hidden else "", hidden)


async def _all(shop: Shop, kind: str) -> list[Named]:
    if kind == "brands":
        return [Named(brand.id, brand.slug, brand.name) for brand in await all_brands(shop)]
    categories = await all_categories(shop)

    def above(category: Category) -> str:
        parent = categories.find(category.parent_id)
        return parent.name if parent else ""

    return [Named(item.id, item.slug, item.name, above(item)) for item in categories.all()]
