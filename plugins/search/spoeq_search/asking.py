"""What a shopper's words ask for: one slot a word, each with what would do as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from spoeq_search.words import folded, measures, stem, words_of

MOST_SLOTS: Final = 8
MOST_READ: Final = 2_000
"""Characters of a question that are looked at."""
LONGEST_PHRASE: Final = 4
_ENGLISH = ("a", "an", "and", "the", "of", "for", "in", "on", "with", "to", "or", "from", "by")
_HINDI = ("ka", "ke", "ki", "ko", "mein", "aur", "का", "के", "की", "को", "में", "और", "लिए", "से")
IGNORED: Final = frozenset((*_ENGLISH, *_HINDI))
"""Words that say nothing of a product; they count where there are no others."""

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a question.

    Attributes:
        typed: Its words as they were written, folded.
        meant: Terms in a row that would do; the first ones are what was typed.
        whole: Whether it is a weight or a size, which is never the beginning of a word, nor a slip of the pen.
    """

    typed: Phrase
    meant: tuple[Phrase, ...]
    whole: bool = False


class Synonyms:
    """Groups of words that mean the same.

    Args:
        lines: A group a line, its words apart by commas: "tee, t-shirt, tshirt".
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._groups: dict[Phrase, list[Phrase]] = {}
        for line in lines:
            group = [phrase for part in line.split(",") if (phrase := tuple(map(stem, words_of(part))))]
            for phrase in group:
                known = self._groups.setdefault(phrase, [])
                known += [other for other in group if other != phrase and other not in known]

    @property
    def words(self) -> list[str]:
        """The single words that mean something else besides."""
        return [phrase[0] for phrase in self._groups if len(phrase) == 1]

    def longest(self, terms: Sequence[str], start: int) -> tuple[int, list[Phrase]]:
        """How many terms from there on have synonyms together, and which; 1 and none if they have none."""
        for size in range(min(LONGEST_PHRASE, len(terms) - start), 0, -1):
            if found := self._groups.get(tuple(terms[start : start + size])):
                return size, found
        return 1, []


def slots_of(text: str, synonyms: Synonyms) -> list[Slot]:
    """The slots of a question; none if it has no word."""
    text = folded(text[:MOST_READ])
    found = measures(text)
    sizes = [Slot((text[start:end],), ((term,),), whole=True) for (start, end), term in found]
    words = words_of(_without(text, [span for span, _ in found]))
    telling = [word for word in words if word not in IGNORED] or ([] if sizes else words)
    return (sizes + list(_slots(list(dict.fromkeys(telling)), synonyms)))[:MOST_SLOTS]


def replaced(slots: Sequence[Slot], words: Mapping[str, str]) -> str:
    """The question with some of its words replaced."""
    return " ".join(words.get(word, word) for slot in slots for word in slot.typed)


def _slots(words: Sequence[str], synonyms: Synonyms) -> Iterable[Slot]:
    terms, start = [stem(word) for word in words], 0
    while start < len(words):
        size, others = synonyms.longest(terms, start)
        yield Slot(tuple(words[start : start + size]), (tuple(terms[start : start + size]), *others))
        start += size


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text
