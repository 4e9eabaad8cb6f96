"""A question as queries of the index. Nothing that a shopper typed is ever parsed: each word is a term."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tantivy import FieldType, Occur, Query, Schema, Searcher

from spoeq_core.sdk import ProductQuery
from spoeq_search.asking import Phrase, Slot
from spoeq_search.schema import WEIGHTS
from spoeq_search.words import squashed

TIE: Final = 0.1
"""What other fields add to the one where a word counts most."""
SYNONYM: Final = 0.08
"""What a word that means the same counts, by the weight of its field and however rare it is: less than the word."""
BEGINNING: Final = 0.2
"""What it scores for a word that only begins as was typed."""
MOST_BEGINNINGS: Final = 500
NEXT_TO_EACH_OTHER: Final = 2.0
WHOLE_SKU: Final = 50.0
SHORTEST_SKU, LONGEST_SKU = 3, 64
FREE: Final = 10**13
"""More than any price, in minor units."""


class Wording:
    """The words of a question against one state of the index."""

    def __init__(self, searcher: Searcher, fields: Schema, text: str, slots: Sequence[Slot]) -> None:
        self._searcher, self._fields = searcher, fields
        self._text, self.slots = text, slots

    def query(self) -> Query:
        """Products that have every slot, or the whole as a SKU; words side by side in a name count more."""
        parts = [(Occur.Must, self.slot(slot)) for slot in self.slots]
        terms = tuple(term for slot in self.slots for term in slot.meant[0])
        if len(terms) > 1:
            close = Query.phrase_query(self._fields, "name", list(terms))
            parts.append((Occur.Should, Query.boost_query(close, NEXT_TO_EACH_OTHER)))
        worded, sku = Query.boolean_query(parts), squashed(self._text[:LONGEST_SKU])
        if not SHORTEST_SKU <= len(self._text.strip()) <= LONGEST_SKU or not sku:
            return worded
        exact = Query.boost_query(Query.term_query(self._fields, "sku", sku), WHOLE_SKU)
        return Query.boolean_query([(Occur.Should, worded), (Occur.Should, exact)])

    def slot(self, slot: Slot) -> Query:
        """Products that have one of the things that a slot may mean."""
        typed, *others = slot.meant
        ways = [self._phrase(typed)]
        ways += [
            Query.const_score_query(self._in(name, phrase), SYNONYM * weight)
            for phrase in others
            for name, weight in WEIGHTS.items()
        ]
        if not slot.whole and (begun := self._begun(slot.typed)):
            ways.append(begun)
        return Query.disjunction_max_query(ways, 0.0)

    def _phrase(self, phrase: Phrase) -> Query:
        ways = [Query.boost_query(self._in(name, phrase), weight) for name, weight in WEIGHTS.items()]
        return Query.disjunction_max_query(ways, TIE)

    def _in(self, name: str, phrase: Phrase) -> Query:
        if len(phrase) == 1:
            return Query.term_query(self._fields, name, phrase[0])
        return Query.phrase_query(self._fields, name, list(phrase))

    def _begun(self, typed: Phrase) -> Query | None:
        """Products that have words which begin as these do."""
        parts = []
        for word in typed:
            known = self._searcher.terms_with_prefix("words", word, limit=MOST_BEGINNINGS)
            if not known:
                return None
            parts.append((Occur.Must, Query.term_set_query(self._fields, "words", [term for term, _ in known])))
        return Query.const_score_query(Query.boolean_query(parts), BEGINNING)


def narrowing(fields: Schema, asked: ProductQuery) -> dict[str, Query]:
    """The conditions that facets stand for, by facet name."""
    found = {
        f"f.{name}": _any_of(fields, "attributes", [f"{name}={value}" for value in values])
        for name, values in asked.attributes.items()
    }
    if asked.brands:
        found["brand"] = _any_of(fields, "brand_key", asked.brands)
    if asked.in_stock:
        found["in_stock"] = Query.term_query(fields, "in_stock", 1)
    if asked.rating_min is not None:
        found["rating_min"] = Query.range_query(fields, "rating", FieldType.Float, float(asked.rating_min), None)
    if asked.price_min is not None or asked.price_max is not None:
        low = min(asked.price_min or 0, FREE)
        high = FREE if asked.price_max is None else min(asked.price_max, FREE)
        found["price"] = Query.range_query(fields, "price", FieldType.Integer, low, high)
    return found


def fixed(fields: Schema, asked: ProductQuery, category_ids: Sequence[str] | None) -> list[Query]:
    """The conditions that no facet stands for, but the words."""
    found = []
    if category_ids is not None:
        found.append(_any_of(fields, "category_key", category_ids))
    if asked.tags:
        found.append(_any_of(fields, "tag_key", [tag.casefold() for tag in asked.tags]))
    return found


def both(scored: Query, conditions: Iterable[Query]) -> Query:
    """What meets the conditions too, which change no score."""
    silent = [(Occur.Must, Query.const_score_query(one, 0.0)) for one in conditions]
    return Query.boolean_query([(Occur.Must, scored), *silent]) if silent else scored


def _any_of(fields: Schema, name: str, values: Sequence[str]) -> Query:
    return Query.term_set_query(fields, name, list(values)) if values else Query.empty_query()
