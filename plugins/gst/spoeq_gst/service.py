"""The merchant's changes to the rates, and what staff should look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from spoeq_core.sdk import (
    Conflict,
    Invalid,
    NotFound,
    Product,
    ProductQuery,
    Shop,
    field_errors,
    hsn_counts,
    list_products,
    message,
    products_of_hsn,
    save_settings,
)
from spoeq_gst.model import RateRow, RateTable, between, free_id, indian_date
from spoeq_gst.settings import GstSettings

PLUGIN = "gst"
MOST_SHOWN = 50
Rows = Mapping[str, tuple[RateRow, ...]]


@dataclass(frozen=True, slots=True)
class Advice:
    """What staff should look at.

    Attributes:
        without_hsn: How many products on sale have no HSN code.
        products: Some of them.
        unnamed: How many products have each HSN code that no row names: they have the default rate.
        inconsistent: Products with a price for which neither rate of a price limit is consistent.
    """

    without_hsn: int
    products: list[Product]
    unnamed: dict[str, int]
    inconsistent: list[Product]


def find_row(shop: Shop, row_id: str) -> RateRow:
    """The row of that id.

    Raises:
        NotFound: there is none.
    """
    return _row_of(shop.plugin_settings(GstSettings).rates, row_id)


async def create_row(shop: Shop, values: Mapping[str, object]) -> RateRow:
    """Add a row; its id is made of its HSN code and day.

    Raises:
        Invalid: a value is refused.
        Conflict: another row has the HSN code and the day.
    """
    made: list[RateRow] = []

    def added(now: GstSettings) -> Rows:
        row = checked_row(values)
        made[:] = [row.model_copy(update={"id": free_id(row.hsn, row.valid_from, {one.id for one in now.rates})})]
        _refuse_same(made[0], now.rates)
        return {"rates": _sorted((*now.rates, *made))}

    await save_settings(shop, PLUGIN, added)
    return made[0]


async def update_row(shop: Shop, row_id: str, changed: Callable[[RateRow], Mapping[str, object]]) -> RateRow:
    """Put a changed row in the place of what it was.

    Args:
        shop: The shop.
        row_id: Which row.
        changed: The values of the changed row, of the row as it is stored; asked again if somebody was faster.

    Raises:
        NotFound: there is none of that id.
        Invalid: a value is refused.
        Conflict: another row has the HSN code and the day.
    """

    def replaced(now: GstSettings) -> Rows:
        row = checked_row(changed(_row_of(now.rates, row_id)), row_id)
        others = [other for other in now.rates if other.id != row_id]
        _refuse_same(row, others)
        return {"rates": _sorted((*others, row))}

    await save_settings(shop, PLUGIN, replaced)
    return find_row(shop, row_id)


async def delete_row(shop: Shop, row_id: str) -> None:
    """Remove a row; its goods have the rate of a shorter beginning, or the default one.

    Raises:
        NotFound: there is none of that id.
    """

    def left(now: GstSettings) -> Rows:
        gone = _row_of(now.rates, row_id)
        return {"rates": tuple(row for row in now.rates if row is not gone)}

    await save_settings(shop, PLUGIN, left)


def checked_row(values: Mapping[str, object], row_id: str = "unnamed") -> RateRow:
    """The values as a row, which is not stored.

    Raises:
        Invalid: a value is refused.
    """
    try:
        return RateRow.model_validate({**values, "id": row_id})
    except ValidationError as error:
        raise Invalid("The rate was not saved.", errors=field_errors(error)) from None


async def advice(shop: Shop) -> Advice:
    """What staff should look at; a fixed number of commands, whatever the size of the catalogue."""
    settings = shop.plugin_settings(GstSettings)
    table = RateTable(settings.rates, indian_date(shop.clock.now()), settings.default_rate)
    counts = await hsn_counts(shop)
    without = counts.pop("", 0)
    unnamed = {code: n for code, n in sorted(counts.items()) if table.row(code) is None}
    products = await products_of_hsn(shop, [""], limit=MOST_SHOWN) if without else []
    found = await _inconsistent(shop, table, [row for row in settings.rates if row.limit is not None])
    return Advice(without, products, unnamed, found)


async def _inconsistent(shop: Shop, table: RateTable, rows: Iterable[RateRow]) -> list[Product]:
    """Products with a price for which neither rate is consistent; one list for each range of such prices."""
    if not shop.profile.prices_include_tax:
        return []
    found: dict[str, Product] = {}
    for first, last in sorted({prices for row in rows if (prices := between(row))}):
        query = ProductQuery(price_min=first, price_max=last, per_page=MOST_SHOWN)
        for product in (await list_products(shop, query)).items:
            row = table.row(product.hsn)
            if row and any(row.is_inconsistent(variant.sale, 1) for variant in product.variants):
                found[product.id] = product
    return list(found.values())


def _row_of(rows: Iterable[RateRow], row_id: str) -> RateRow:
    found = next((row for row in rows if row.id == row_id), None)
    if found is None:
        raise NotFound(message("There is no rate %(id)s.", id=row_id))
    return found


def _sorted(rows: Iterable[RateRow]) -> tuple[RateRow, ...]:
    return tuple(sorted(rows, key=_place))


def _place(row: RateRow) -> tuple[str, date]:
    return row.hsn, row.valid_from


def _refuse_same(row: RateRow, others: Iterable[RateRow]) -> None:
    if any(_place(other) == _place(row) for other in others):
        raise Conflict(
            message("There is a rate for %(hsn)s from that day already.", hsn=row.hsn),
            hint="Change that one, or choose another day.",
            code="duplicate",
        )
