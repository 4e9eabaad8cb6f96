"""Did you mean: words that nothing was found for, as products spell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from spoeq_search_typesense.asking import Word
from spoeq_search_typesense.querying import Json, wording

ONE_SLIP, TWO_SLIPS = 4, 8
"""Letters from which a word may hold a slip, and two of them."""
LONGEST_MENDED: Final = 24
LOOKED_AT: Final = 60
"""Products whose words are compared with a misspelt one."""


def looking(collection: str, words: Sequence[Word]) -> list[Json]:
    """Two searches a word: for products that have it, and for those that have something like it."""
    near = {
        "query_by": "words",
        "query_by_weights": "1",
        "prefix": False,
        "num_typos": 2,
        "typo_tokens_threshold": LOOKED_AT,
        "min_len_1typo": ONE_SLIP,
        "min_len_2typo": ONE_SLIP,
        "per_page": LOOKED_AT,
        "include_fields": "words",
    }
    return [search for word in words for search in (wording(collection, [word]), wording(collection, [word]) | near)]


def mended(words: Sequence[Word], answers: Sequence[Json], more: Sequence[str]) -> dict[str, str]:
    """By word that nothing has the word that was meant; empty if one cannot be told.

    Args:
        words: What was asked for.
        answers: What the server said to `looking`.
        more: Words that mean something though no product has them.
    """
    found: dict[str, str] = {}
    for word, exact, near in zip(words, answers[::2], answers[1::2], strict=True):
        if exact["found"]:
            continue
        better = None if word.whole else _nearest(word.term, near["hits"], more)
        if better is None:
            return {}
        found[word.typed] = better
    return found


def distance(left: str, right: str, most: int) -> int:
    """Letters to change, add, leave out or swap with the next; more than `most` if it is so many.

    Optimal string alignment (Boytsov 2011, "Indexing methods for approximate dictionary searching").
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _nearest(word: str, hits: Sequence[dict[str, Any]], more: Sequence[str]) -> str | None:
    """The word that most products have among those that are fewest slips away."""
    if not ONE_SLIP <= len(word) <= LONGEST_MENDED:
        return None
    known: Counter[str] = Counter(other for hit in hits for other in hit["document"]["words"].split())
    known.update(more)
    for slips in (1, 2) if len(word) >= TWO_SLIPS else (1,):
        near = [other for other in known if other.isalpha() or not other.isascii()]
        near = [other for other in near if distance(word, other, slips) <= slips]
        if near:
            return max(near, key=lambda other: (other[0] == word[0], known[other], other))
    return None
