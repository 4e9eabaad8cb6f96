"""Words of a product: its slug, what a search finds it by, what it is filtered by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from spoeq_core.catalog.model.product import Product

LONGEST_SLUG: Final = 100
_LONGEST_MADE: Final = 80
SLUG: Final = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
ORIGIN: Final = "country_of_origin"
"""The attribute that every product can be filtered by: law for imports, Packaged Commodities r.6(10A)."""
LONGEST_ATTRIBUTE: Final = 60
"""A longer value is prose, not something to filter by."""

_MOST_WORDS: Final = 120
_MOST_TERMS: Final = 8
_IN_WORDS: Final = frozenset("LMN")
"""Unicode's letters, marks and numbers: a word of Devanagari holds marks that `\\w` would split it at."""


def slugify(text: str) -> str:
    """The text as a part of a URL: "Kūrta – Blue" is "kurta-blue"; empty if no letter can be written in ASCII.

    It leaves room for a number behind it.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    if len(slug) <= _LONGEST_MADE:
        return slug
    return slug[: _LONGEST_MADE + 1].rpartition("-")[0] or slug[:_LONGEST_MADE]


def words_in(*texts: str) -> Iterator[str]:
    """The words of texts, folded so that case and width do not matter."""
    for text in texts:
        for inside, letters in groupby(unicodedata.normalize("NFKC", text).casefold(), _in_word):
            if inside:
                yield "".join(letters)


def terms_of(text: str) -> list[str]:
    """The words somebody searches for, each once."""
    return list(dict.fromkeys(words_in(text)))[:_MOST_TERMS]


def search_words(product: Product) -> list[str]:
    """The words a product is found by: of name, brand, tags, SKUs and specs."""
    skus = (variant.sku for variant in product.variants)
    values = (value for value in product.specs.values() if len(value) <= LONGEST_ATTRIBUTE)
    found = words_in(product.name, product.brand_name, *product.tags, *_option_values(product), *skus, *values)
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def attributes_of(product: Product) -> list[str]:
    """What a product can be filtered by, as "name=value": options that a variant has, short specs, the origin."""
    used = {pair for variant in product.variants for pair in variant.options.items()}
    options = ((option.name, value) for option in product.options for value in option.values)
    pairs = [pair for pair in options if pair in used]
    pairs += [pair for pair in product.specs.items() if len(pair[1]) <= LONGEST_ATTRIBUTE]
    if origin := product.declarations.get(ORIGIN):
        pairs.append((ORIGIN, origin))
    return list(dict.fromkeys(f"{name}={value}" for name, value in pairs))


def _in_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in _IN_WORDS


def _option_values(product: Product) -> Iterable[str]:
    return (value for option in product.options for value in option.values)
