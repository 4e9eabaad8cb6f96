"""The fields of the collection, and the document of a product.

What lists filter by are digests and numbers: exact whatever the server does to words, and never its syntax. What facets
count carries its text behind the digest, in hexadecimal digits: the server tells values apart by their first hundred
characters, and answers with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from spoeq_core.sdk import ORIGIN, RATING_STEPS, Entry, Shop, facet_names, weighted_rating
from spoeq_search_typesense.asking import Synonyms, digest
from spoeq_search_typesense.words import squashed, terms_of

VERSION: Final = 1
"""Of fields and words: a collection of another one is built again."""
WEIGHTS: Final = {"name": 6, "sku": 5, "brand": 4, "category": 3, "tag": 2, "fact": 2, "words": 1, "meant": 1}
"""Fields of words, and how much it counts that a word stands there. `words` has all of them, the description's too;
what they mean besides is in `meant`, where no word is found by its beginning: "neel" is not blue."""
KEYS: Final = ("brand_key", "category_key", "tag_key", "attribute_key")
COUNTED: Final = ("brand_label", "attributes", "marks")
NUMBERS: Final = ("price", "sold", "created", "rated", "rating", "origin")
IN_STOCK: Final = "instock"
UNTOLD: Final = frozenset({"touch", "sold"})
"""Pages that were kept need not follow these: with each order something is sold."""
BILLION: Final = 10**9
_DIGEST: Final = 32


def fingerprint(shop: Shop) -> str:
    """What a collection must have been built for to answer this shop's questions."""
    return f"{VERSION} {' '.join(facet_names(shop))}".strip()


def fields() -> list[dict[str, Any]]:
    """The fields, as the server is told."""
    return [
        *({"name": name, "type": "string", "optional": True} for name in WEIGHTS),
        *({"name": name, "type": "string[]", "optional": True} for name in KEYS),
        *({"name": name, "type": "string[]", "optional": True, "facet": True} for name in COUNTED),
        *({"name": name, "type": "int64"} for name in NUMBERS),
        {"name": "key", "type": "string", "sort": True},
    ]


def document(entry: Entry, synonyms: Synonyms) -> dict[str, Any]:
    """The document of a product."""
    values = _values(entry, synonyms)
    told = {name: value for name, value in values.items() if name not in UNTOLD}
    filled = {name: value for name, value in values.items() if value not in ([], "")}
    return {**filled, "essence": digest(repr(sorted(told.items())))}


def labelled(text: str) -> str:
    """A text that facets count."""
    return digest(text) + text.encode("utf-8", "replace").hex()


def label_of(value: str) -> str:
    """The text of a counted value."""
    return bytes.fromhex(value[_DIGEST:]).decode()


def mark(stars: int) -> str:
    """The mark of products that are rated so or better."""
    return f"rated{stars}"


def billionths(rating: float) -> int:
    """A rating as a whole number."""
    return round(min(max(float(rating), 0.0), 99.0) * BILLION)


def _values(entry: Entry, synonyms: Synonyms) -> dict[str, Any]:
    row = entry.row
    words = _words(entry)
    everything = [*words.values(), terms_of(entry.product.description)]
    meant = (term for terms in everything for term in synonyms.meant(terms))
    label = [labelled(f"{row.brand_slug or row.brand_id}\x00{row.brand_name or row.brand_id}")]
    return {
        **{name: " ".join(dict.fromkeys(terms)) for name, terms in words.items()},
        "words": " ".join(dict.fromkeys(term for terms in everything for term in terms)),
        "meant": " ".join(dict.fromkeys(meant)),
        "id": row.id,
        "key": row.id,
        "touch": entry.touch,
        "brand_key": [digest(key) for key in (row.brand_id, row.brand_slug) if key],
        "category_key": [digest(key) for key in entry.product.category_ids],
        "tag_key": [digest(tag.casefold()) for tag in entry.product.tags],
        "attribute_key": [digest(pair) for pair in row.attributes],
        "attributes": [labelled(pair) for pair in row.attributes],
        "brand_label": label if row.brand_id is not None else [],
        "marks": [*([IN_STOCK] if row.in_stock else []), *_stars(entry)],
        "price": row.price,
        "sold": row.sold_count,
        "created": round(row.created_at.timestamp() * 1000),
        "rated": billionths(weighted_rating(row.rating, row.rating_count)),
        "rating": billionths(row.rating),
        "origin": _origin(entry),
    }


def _stars(entry: Entry) -> list[str]:
    row = entry.row
    return [mark(stars) for stars in RATING_STEPS if row.rating_count and row.rating >= stars]


def _words(entry: Entry) -> dict[str, list[str]]:
    product = entry.product
    return {
        "name": terms_of(product.name),
        "brand": terms_of(product.brand_name),
        "category": _terms(entry.categories),
        "tag": _terms(product.tags),
        "sku": [term for variant in product.variants for term in (*terms_of(variant.sku), squashed(variant.sku))],
        "fact": _terms(_facts(entry)),
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
