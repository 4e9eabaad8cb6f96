"""What a shopper's words ask for, as words that the server looks for. Nothing that was typed is ever its syntax."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from spoeq_search_typesense.words import folded, measures, stem, words_of

MOST_WORDS: Final = 8
MOST_READ: Final = 2_000
"""Characters of a question that are looked at."""
_ENGLISH = ("a", "an", "and", "the", "of", "for", "in", "on", "with", "to", "or", "from", "by")
_HINDI = ("ka", "ke", "ki", "ko", "mein", "aur", "का", "के", "की", "को", "में", "और", "लिए", "से")
IGNORED: Final = frozenset((*_ENGLISH, *_HINDI))
"""Words that say nothing of a product; they count where there are no others."""


LONGEST_PHRASE: Final = 4

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: as it was typed, and the term that products have.

    `whole` says that it is a weight or a size, which is never the beginning of a word, nor a slip of the pen.
    """

    typed: str
    term: str
    whole: bool = False


def asked_words(text: str, synonyms: Synonyms) -> list[Word]:
    """The words of a question; none if it has no word."""
    text = folded(text[:MOST_READ])
    found = measures(text)
    sizes = [Word(text[start:end], term, whole=True) for (start, end), term in found]
    for (start, end), _ in reversed(found):
        text = f"{text[:start]} {text[end:]}"
    words = words_of(text)
    telling = [word for word in words if word not in IGNORED] or ([] if sizes else words)
    asked = [Word(word, stem(word)) for word in dict.fromkeys(telling)]
    return (sizes + list(synonyms.joined(asked)))[:MOST_WORDS]


class Synonyms:
    """Groups of words that mean the same. A product has the terms of all that its words mean, each as one term.

    Args:
        lines: A group a line, its words apart by commas: "tee, t-shirt, tshirt".
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._terms: dict[Phrase, list[str]] = {}
        for line in lines:
            group = [phrase for part in line.split(",") if (phrase := tuple(map(stem, words_of(part))))]
            for phrase in group:
                known = self._terms.setdefault(phrase[:LONGEST_PHRASE], [])
                known += [term for other in group if (term := "".join(other)) not in known]

    @property
    def digest(self) -> str:
        """Changes with the groups."""
        return digest(repr(sorted(self._terms.items())))

    @property
    def words(self) -> list[str]:
        """The single words that mean something else besides."""
        return [phrase[0] for phrase in self._terms if len(phrase) == 1]

    def meant(self, terms: Sequence[str]) -> Iterable[str]:
        """What terms in a row mean besides, or together."""
        for start in range(len(terms)):
            for size in range(1, LONGEST_PHRASE + 1):
                yield from self._terms.get(tuple(terms[start : start + size]), ())

    def joined(self, words: Sequence[Word]) -> Iterable[Word]:
        """The words of a question; those that mean something together are one."""
        start = 0
        while start < len(words):
            size = next((n for n in range(LONGEST_PHRASE, 1, -1) if self._is_phrase(words[start : start + n], n)), 1)
            part = words[start : start + size]
            together = Word(" ".join(word.typed for word in part), "".join(word.term for word in part))
            yield part[0] if size == 1 else together
            start += size

    def _is_phrase(self, words: Sequence[Word], size: int) -> bool:
        return len(words) == size and tuple(word.term for word in words) in self._terms


def replaced(words: Iterable[Word], better: Mapping[str, str]) -> str:
    """The question with some of its words replaced."""
    return " ".join(better.get(word.typed, word.typed) for word in words)


def digest(text: str) -> str:
    """A text as 32 letters and digits: what is filtered by, so that no value can be anything but a value."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
