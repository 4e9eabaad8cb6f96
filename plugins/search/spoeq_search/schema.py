"""The fields of the index, and the document of a product."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

from tantivy import Document, Schema, SchemaBuilder

from spoeq_core.sdk import ORIGIN, Entry, weighted_rating
from spoeq_search.words import squashed, terms_of

VERSION: Final = 1
"""Of fields and words: an index of another one is built again."""

WEIGHTS: Final[Mapping[str, float]] = {
    "name": 5.0,
    "brand": 3.0,
    "category": 2.5,
    "tag": 2.0,
    "sku": 4.0,
    "fact": 1.5,
    "description": 0.4,
}
"""Fields of words, and how much it counts that a word stands there. All but the description are in `words` together."""
KEYS: Final = ("brand_key", "category_key", "tag_key")
COUNTED: Final = ("attributes", "brand_label")
NUMBERS: Final = ("price", "in_stock", "sold", "created", "rated", "origin")
UNTOLD: Final = frozenset({"touch", "sold"})
"""Pages that were kept need not follow these: with each order something is sold."""
LONGEST_TERM: Final = 32_000
"""Bytes of a text that lists are filtered by; the index refuses twice as many."""


def schema() -> Schema:
    """The fields. Words come apart by blanks already, so that no tokenizer of ours must be registered."""
    builder = SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("touch", "essence"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("words", stored=True, tokenizer_name="whitespace", index_option="basic")
    for name in KEYS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in COUNTED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_float_field("rating", indexed=True, fast=True)
    builder.add_float_field("rating_given", indexed=True, fast=True)
    return builder.build()


def document(entry: Entry, fields: Schema) -> Document:
    """The document of a product.

    Raises:
        ValueError: a value does not fit its field; nothing was written.
    """
    values = _values(entry)
    told = {name: value for name, value in values.items() if name not in UNTOLD}
    essence = blake2b(repr(sorted(told.items())).encode("utf-8", "replace"), digest_size=16).hexdigest()
    filled = {name: value for name, value in values.items() if value != []}
    return Document.from_dict({**filled, "essence": essence}, fields)


def _values(entry: Entry) -> dict[str, Any]:
    row = entry.row
    texts = {name: " ".join(terms) for name, terms in _words(entry).items()}
    everything = (word for name, text in texts.items() if name != "description" for word in text.split())
    return {
        **texts,
        "words": " ".join(dict.fromkeys(everything)),
        "id": row.id,
        "touch": entry.touch,
        "brand_key": [key for key in (row.brand_id, row.brand_slug) if key],
        "category_key": list(entry.product.category_ids),
        "tag_key": [tag.casefold() for tag in entry.product.tags],
        "attributes": [pair for pair in row.attributes if len(pair.encode()) < LONGEST_TERM],
        "brand_label": [brand_label(entry)] if row.brand_id is not None else [],
        "price": row.price,
        "in_stock": int(row.in_stock),
        "sold": row.sold_count,
        "created": round(row.created_at.timestamp() * 1000),
        "rated": round(weighted_rating(row.rating, row.rating_count) * 10**9),
        "origin": _origin(entry),
        "rating": float(row.rating),
        "rating_given": [float(row.rating)] if row.rating_count else [],
    }


def brand_label(entry: Entry) -> str:
    """A brand's slug and name in one text, as facets count it."""
    row = entry.row
    return f"{row.brand_slug or row.brand_id}\x00{row.brand_name or row.brand_id}"


def _words(entry: Entry) -> dict[str, list[str]]:
    product = entry.product
    return {
        "name": terms_of(product.name),
        "brand": terms_of(product.brand_name),
        "category": _terms(entry.categories),
        "tag": _terms(product.tags),
        "sku": [term for variant in product.variants for term in (*terms_of(variant.sku), squashed(variant.sku))],
        "fact": _terms(_facts(entry)),
        "description": terms_of(product.description),
    }


def _facts(entry: Entry) -> Iterable[str]:
    """Values of options, specs and fields of plugins, and how much is in the packet."""
    product = entry.product
    yield from (value for option in product.options for value in option.values)
    yield from product.specs.values()
    yield from (pair.partition("=")[2] for pair in entry.row.attributes if "." in pair.partition("=")[0])
    yield product.declarations.get("net_quantity", "")


def _terms(texts: Iterable[str]) -> list[str]:
    return [term for text in texts for term in terms_of(text)]


def _origin(entry: Entry) -> int:
    """Countries as numbers in the order of their codes; those that say none come last."""
    code = next((pair for pair in entry.row.attributes if pair.startswith(f"{ORIGIN}=")), "").partition("=")[2]
    letters = [ord(letter) for letter in code[:2]] if code else [0xFFFF]
    return letters[0] * 0x110000 + (letters[1] if len(letters) > 1 else 0)
