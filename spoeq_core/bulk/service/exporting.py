"""Writing the catalogue as a CSV that can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from spoeq_core.bulk.model.columns import Level, Words
from spoeq_core.bulk.model.counts import seen_cell
from spoeq_core.bulk.model.table import KEYS, SEEN, STOCK, Columns
from spoeq_core.bulk.model.text import harmless
from spoeq_core.bulk.service.columns import columns_of, words_of
from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import Product, ProductStatus, Variant
from spoeq_core.inventory.model import Stock
from spoeq_core.inventory.service import stock_of
from spoeq_core.jobs.model import Failure
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

BATCH = 500
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export.

    Attributes:
        columns: Their names; empty for all. The SKU is always there.
        statuses: Of which products.
        separator: comma, semicolon or tab.
    """

    columns: Collection[str] = ()
    statuses: Sequence[ProductStatus] = field(default=tuple(ProductStatus))
    separator: str = "comma"


async def export_products(shop: Shop, wanted: Wanted | None = None) -> AsyncIterator[bytes]:
    """The file piece by piece, UTF-8: a row a SKU in the order in which products were made.

    A product's own cells stand in its first row only. Products without a SKU are not in it.

    Raises:
        Invalid: there is no such column or separator.
    """
    chosen = wanted or Wanted()
    columns = await columns_of(shop)
    header = _header(columns, chosen)
    separator = SEPARATORS.get(chosen.separator)
    if separator is None:
        raise Invalid.field("separator", message("Choose one of: %(known)s.", known=", ".join(SEPARATORS)))
    words = await words_of(shop)
    yield (BOM + _lines([header], separator)).encode()
    async for products in _batches(shop, chosen.statuses):
        stock = await stock_of(shop, [v.sku for p in products for v in p.variants]) if SEEN.name in header else {}
        rows = [row for product in products for row in _rows(product, header, columns, words, stock)]
        yield _lines(rows, separator).encode()


async def _batches(shop: Shop, statuses: Sequence[ProductStatus]) -> AsyncIterator[list[Product]]:
    """The products by one query: the embedded server reads the whole catalogue for each."""
    query = {"status": {"$in": [status.value for status in statuses]}}
    batch: list[Product] = []
    async for product in shop.repository(ProductRepository).stream(query, sort=[("_id", 1)]):
        batch.append(product)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _header(columns: Columns, wanted: Wanted) -> list[str]:
    unknown = sorted(set(wanted.columns) - set(columns.names))
    if unknown:
        raise Invalid.field("columns", message("There is no column “%(name)s”.", name=unknown[0]))
    keys = {column.name for column in KEYS}
    chosen = {*wanted.columns, KEYS[0].name} if wanted.columns else set(columns.names)
    if any(column.name in chosen - keys for column in columns.product):
        chosen |= keys
    if chosen & {STOCK.name, *(place.name for place in columns.places)}:
        chosen.add(SEEN.name)
    return [name for name in columns.names if name in chosen]


def _rows(
    product: Product, header: Sequence[str], columns: Columns, words: Words, stock: Mapping[str, Stock]
) -> list[list[str]]:
    own = {"slug": product.slug} | {column.name: column.write(words, product) for column in columns.product}
    rows = []
    for place, variant in enumerate(product.variants):
        cells = {**(own if place == 0 else {}), **_cells(variant, columns, words, stock)}
        rows.append([cells.get(name, "") for name in header])
    return rows


def _cells(variant: Variant, columns: Columns, words: Words, stock: Mapping[str, Stock]) -> dict[str, str]:
    found = {KEYS[0].name: variant.sku} | {column.name: column.write(words, variant) for column in columns.variant}
    if (there := stock.get(variant.sku)) is not None:
        found |= {STOCK.name: str(there.on_hand), SEEN.name: seen_cell(there, columns.places)}
        found |= {place.name: str(there.at(place.location)) for place in columns.places}
    return found


def _lines(rows: Sequence[Sequence[str]], separator: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows([map(harmless, row) for row in rows])
    return text.getvalue()


def errors_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Row errors as a file: line, column, sku, message."""
    names = ("line", "column", "sku", "message")
    return (BOM + _lines([names, *([row[name] for name in names] for row in rows)], ",")).encode()


def failure_row(failure: Failure) -> dict[str, str]:
    """A failure of an import's job as a row: line, column, sku, message."""
    return {**{name: failure.detail.get(name, "") for name in ("line", "column", "sku")}, "message": failure.reason}


async def example_csv(shop: Shop) -> bytes:
    """A file with every column and the row of a product."""
    columns = [column for column in (await columns_of(shop)).all if column is not SEEN]
    rows = [[column.name for column in columns], [column.example for column in columns]]
    return (BOM + _lines(rows, ",")).encode()


LEVELS = {Level.PRODUCT: "product", Level.VARIANT: "SKU", Level.STOCK: "stock"}
"""What the columns are about, for people."""
