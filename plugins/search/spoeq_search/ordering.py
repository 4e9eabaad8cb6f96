"""The orders of a list: the same as the database's, down to what decides between equals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tantivy import DocAddress, FieldType, Order, Query, Schema, Searcher

from spoeq_core.sdk import Sort
from spoeq_search.querying import both

Key = tuple[str, Order]
Hits = list[tuple[int, DocAddress]]

_NEWEST: Final[Key] = ("created", Order.Desc)
_KEYS: Final[Mapping[Sort, Key]] = {
    Sort.RELEVANCE: ("sold", Order.Desc),
    Sort.BESTSELLING: ("sold", Order.Desc),
    Sort.PRICE: ("price", Order.Asc),
    Sort.PRICE_DOWN: ("price", Order.Desc),
    Sort.RATING: ("rated", Order.Desc),
    Sort.ORIGIN: ("origin", Order.Asc),
}
AS_GOOD: Final = 2
"""Digits of a score that say something; where they are equal, what sold more comes first."""
MORE: Final = 50
"""So many beyond the page are ranked too, so that equals at its end are in their right order."""


def by_field(searcher: Searcher, fields: Schema, query: Query, sort: Sort, stop: int) -> list[str]:
    """Ids of the first `stop` products in an order; equals by newest, then by id."""
    keys = (_KEYS[sort], _NEWEST) if sort in _KEYS else (_NEWEST,)
    return _first(searcher, fields, query, keys, stop)


def by_score(searcher: Searcher, query: Query, stop: int) -> list[str]:
    """Ids of the first `stop` products by how well they match; equals by what sold more, then as everywhere."""
    hits = searcher.search(query, stop + MORE, count=False).hits
    addresses = [address for _, address in hits]
    sold = searcher.fast_field_values("sold", addresses)
    created = searcher.fast_field_values("created", addresses)
    ids = [id_of(searcher, address) for address in addresses]
    scores = [round(score, AS_GOOD) for score, _ in hits]
    return [key for *_, key in sorted(zip(scores, sold, created, ids, strict=True), reverse=True)][:stop]


def id_of(searcher: Searcher, address: DocAddress) -> str:
    """The product of a hit."""
    return str(searcher.doc(address).get_first("id"))


def _first(searcher: Searcher, fields: Schema, query: Query, keys: Sequence[Key], stop: int) -> list[str]:
    if not keys:
        equals = searcher.search(query, max(searcher.num_docs, 1), count=False).hits
        return sorted((id_of(searcher, address) for _, address in equals), reverse=True)[:stop]
    field, order = keys[0]
    hits: Hits = searcher.search(query, stop, count=False, order_by_field=field, order=order).hits
    if len(hits) < stop:
        return _tidy(searcher, hits, order)
    last = hits[-1][0]
    before = [hit for hit in hits if hit[0] != last]
    tied = both(query, [Query.range_query(fields, field, FieldType.Integer, last, last)])
    return _tidy(searcher, before, order) + _first(searcher, fields, tied, keys[1:], stop - len(before))


def _tidy(searcher: Searcher, hits: Hits, order: Order) -> list[str]:
    """Hits that are all there are of their values."""
    created = searcher.fast_field_values("created", [address for _, address in hits])
    rows = [
        (-value if order == Order.Asc else value, made, id_of(searcher, address))
        for (value, address), made in zip(hits, created, strict=True)
    ]
    return [key for *_, key in sorted(rows, reverse=True)]
