"""Making, changing and deleting sales, and the goods that they are for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from spoeq_core.sdk import (
    FieldError,
    Invalid,
    NotFound,
    Shop,
    all_brands,
    all_categories,
    message,
    new_id,
    products_by_ids,
    products_by_slugs,
)
from spoeq_sale_prices.checks import problems_of
from spoeq_sale_prices.documents import SaleRepository
from spoeq_sale_prices.events import SaleChanged
from spoeq_sale_prices.model import Sale

PERMISSION = "sale_prices.manage"
GOODS = ("products", "categories", "brands")


async def find_sale(shop: Shop, sale_id: str) -> Sale:
    """The sale of that id.

    Raises:
        NotFound: there is none.
    """
    found = await shop.repository(SaleRepository).find_by_id(sale_id)
    if found is None or found.deleted:
        raise NotFound("There is no such sale.", hint="It may have been deleted meanwhile.", code="sale_unknown")
    return found


async def list_sales(shop: Shop, *, page: int = 1, per_page: int = 50) -> tuple[list[Sale], int]:
    """A page of the sales, newest first, and how many there are."""
    return await shop.repository(SaleRepository).newest(page=page, per_page=per_page)


async def create_sale(shop: Shop, sale: Sale) -> Sale:
    """Store a new sale; prices follow it.

    Raises:
        Invalid: a value is refused.
    """
    now = shop.clock.now()
    fresh = replace(
        sale, id=new_id(), currency=shop.profile.currency, version=1, settled=False, created_at=now, updated_at=now
    )
    _check(fresh)
    return await shop.repository(SaleRepository).insert(fresh, SaleChanged(sale_id=fresh.id))


async def update_sale(shop: Shop, sale: Sale) -> Sale:
    """Store a changed sale; prices follow it.

    Raises:
        Invalid: a value is refused.
        StaleAggregate: somebody else changed it.
    """
    _check(sale)
    changed = replace(sale, settled=False, updated_at=shop.clock.now())
    return await shop.repository(SaleRepository).save(changed, SaleChanged(sale_id=sale.id))


async def delete_sale(shop: Shop, sale_id: str) -> Sale:
    """End a sale and forget it, once prices have followed; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
        StaleAggregate: somebody changes it at this moment.
    """
    sale = await find_sale(shop, sale_id)
    gone = replace(sale, deleted=True, settled=False, updated_at=shop.clock.now())
    return await shop.repository(SaleRepository).save(gone, SaleChanged(sale_id=sale.id))


async def goods_resolved(shop: Shop, named: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Ids of the products, categories and brands that are named by slug or id: `{"brands": ["neel"]}`.

    Raises:
        Invalid: something of them does not exist.
    """
    found, errors = {}, []
    for kind, names in named.items():
        ids = await _ids(shop, kind, names)
        unknown = next((name for name in names if name not in ids), None)
        if unknown is not None:
            errors.append(FieldError(kind, message("There is no %(name)s.", name=unknown[:80]), "unknown"))
        found[kind] = tuple(dict.fromkeys(ids[name] for name in names if name in ids))
    if errors:
        raise Invalid("The sale was not saved.", errors=errors)
    return found


async def goods_named(shop: Shop, sale: Sale) -> dict[str, list[str]]:
    """The slugs of the goods that a sale is for, by kind; an id where they are gone."""
    return {kind: await _slugs(shop, kind, getattr(sale, kind)) for kind in GOODS}


async def _ids(shop: Shop, kind: str, names: Sequence[str]) -> dict[str, str]:
    if not names:
        return {}
    if kind == "products":
        by_slug = await products_by_slugs(shop, names)
        by_id = await products_by_ids(shop, names, hidden=True)
        return {slug: one.id for slug, one in by_slug.items()} | {one.id: one.id for one in by_id}
    return {name: key for key, slug in await _all(shop, kind) for name in (key, slug)}


async def _slugs(shop: Shop, kind: str, ids: Iterable[str]) -> list[str]:
    if not ids:
        return []
    if kind == "products":
        known = {one.id: one.slug for one in await products_by_ids(shop, list(ids), hidden=True)}
    else:
        known = dict(await _all(shop, kind))
    return [known.get(key, key) for key in ids]


async def _all(shop: Shop, kind: str) -> list[tuple[str, str]]:
    if kind == "brands":
        return [(brand.id, brand.slug) for brand in await all_brands(shop)]
    return [(category.id, category.slug) for category in (await all_categories(shop)).all()]


def _check(sale: Sale) -> None:
    errors = problems_of(sale)
    if errors:
        raise Invalid("The sale was not saved.", errors=errors)
