"""Did you mean: words that nothing was found for, as the index spells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tantivy import Query, Schema, Searcher

from spoeq_search.asking import Slot
from spoeq_search.querying import Wording
from spoeq_search.words import stem

ONE_SLIP, TWO_SLIPS = 4, 8
"""Letters from which a word may hold a slip, and two of them."""
LONGEST_MENDED: Final = 24
LOOKED_AT: Final = 60
"""Products whose words are compared with a misspelt one."""
SHORTEST_HALF: Final = 3


def mended(searcher: Searcher, fields: Schema, wording: Wording, more: Sequence[str]) -> dict[str, str]:
    """By word that nothing has: the word that was meant, or two that stand together; empty if one cannot be told.

    Args:
        searcher: The index as it is now.
        fields: Its fields.
        wording: What was asked for.
        more: Words that mean something though no product has them.
    """
    found: dict[str, str] = {}
    for slot in wording.slots:
        if searcher.search(wording.slot(slot), 1, count=False).hits:
            continue
        better = None if slot.whole else _slot(searcher, fields, slot, more)
        if better is None:
            return {}
        found |= better
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


def _slot(searcher: Searcher, fields: Schema, slot: Slot, more: Sequence[str]) -> dict[str, str] | None:
    better: dict[str, str] = {}
    for word in slot.typed:
        if searcher.terms_with_prefix("words", stem(word), limit=1):
            continue
        mend = _nearest(searcher, fields, stem(word), more) or _halves(searcher, word)
        if mend is None:
            return None
        better[word] = mend
    return better or None


def _nearest(searcher: Searcher, fields: Schema, word: str, more: Sequence[str]) -> str | None:
    """The word that most products have among those that are fewest slips away."""
    if not ONE_SLIP <= len(word) <= LONGEST_MENDED:
        return None
    for slips in (1, 2) if len(word) >= TWO_SLIPS else (1,):
        near = [*_near(searcher, fields, word, slips), *(it for it in more if distance(word, it, slips) <= slips)]
        if near:
            return max(near, key=lambda other: (other[0] == word[0], searcher.doc_freq("words", other), other))
    return None


def _near(searcher: Searcher, fields: Schema, word: str, slips: int) -> Iterable[str]:
    query = Query.fuzzy_term_query(fields, "words", word, distance=slips)
    known: set[str] = set()
    for _, address in searcher.search(query, LOOKED_AT, count=False).hits:
        known.update(str(searcher.doc(address).get_first("words") or "").split())
    return (other for other in known if not _has_digit(other) and distance(word, other, slips) <= slips)


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def _halves(searcher: Searcher, word: str) -> str | None:
    """Two words that were written as one."""
    known = [split for split in _splits(searcher, word) if split[0]]
    return max(known)[1] if known else None


def _splits(searcher: Searcher, word: str) -> Iterator[tuple[int, str]]:
    places: Sequence[int] = range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1) if len(word) <= LONGEST_MENDED else ()
    for place in places:
        left, right = word[:place], word[place:]
        yield min(searcher.doc_freq("words", left), searcher.doc_freq("words", stem(right))), f"{left} {right}"
