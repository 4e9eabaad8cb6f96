"""Making, changing and deleting sales."""

from __future__ import annotations

from dataclasses import replace

from spoeq_core.sdk import (
    Invalid,
    NotFound,
    Shop,
    StaleAggregate,
    new_id,
)
from spoeq_sale_prices.checks import problems_of
from spoeq_sale_prices.documents import SaleRepository
from spoeq_sale_prices.events import SaleChanged
from spoeq_sale_prices.model import Sale

PERMISSION = "sale_prices.manage"


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


async def delete_sale(shop: Shop, sale_id: str, *, version: int | None = None) -> Sale:
    """End a sale and forget it, once prices have followed; past orders keep what it gave them.

    Raises:
        NotFound: there is none.
        StaleAggregate: somebody changes it at this moment, or it is not of that version any more.
    """
    sale = await find_sale(shop, sale_id)
    if version is not None and sale.version != version:
        raise StaleAggregate("This sale was changed by somebody else in the meantime.", hint="Read it again.")
    gone = replace(sale, deleted=True, settled=False, updated_at=shop.clock.now())
    return await shop.repository(SaleRepository).save(gone, SaleChanged(sale_id=sale.id))


def _check(sale: Sale) -> None:
    errors = problems_of(sale)
    if errors:
        raise Invalid("The sale was not saved.", errors=errors)
