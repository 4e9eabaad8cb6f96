"""Words: how texts of products and of shoppers become the terms by which one finds the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from spoeq_core.sdk import words_in

LONGEST: Final = 40
"""Characters of a word; what is longer is cut, in texts and in questions alike."""
_STEMMED: Final = 3
"""A plural has more letters than this."""
_INDIC: Final = 0x0900
"""Marks of scripts before Devanagari are accents: a word is found without them."""
_NUKTA, _CANDRABINDU, _ANUSVARA = "\u093c", "\u0901", "\u0902"
_JOINERS: Final = re.compile("[\u200b-\u200d\u2060\ufeff]")
_ASCII_WORD: Final = re.compile("[a-z0-9]+")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{2,3})")

UNITS: Final[Mapping[str, tuple[str, Decimal]]] = {
    name: (base, factor)
    for names, base, factor in (
        ("kg kgs kilo kilos kilogram kilograms किलो किलोग्राम किग्रा", "g", Decimal(1000)),
        ("g gm gms gram grams gramme grammes ग्राम", "g", Decimal(1)),
        ("l lt ltr ltrs litre litres liter liters लीटर", "ml", Decimal(1000)),
        ("ml millilitre millilitres milliliter milliliters मिली", "ml", Decimal(1)),
        ("inch inches इंच", "mm", Decimal("25.4")),
        ("cm cms centimetre centimetres सेमी", "mm", Decimal(10)),
        ("mm", "mm", Decimal(1)),
    )
    for name in names.split()
}
"""What weights, volumes and lengths are counted in: "1 kg" is "1000g". Metres and "in" mean too much else."""


def folded(text: str) -> str:
    """The text without case, width, accents and what Hindi writes or leaves out at will; digits are ASCII."""
    if text.isascii():
        return _THOUSANDS.sub("", text.casefold())
    plain = unicodedata.normalize("NFKC", _JOINERS.sub("", text)).casefold()
    letters = (_plain(letter) for letter in unicodedata.normalize("NFD", plain))
    return _THOUSANDS.sub("", unicodedata.normalize("NFC", "".join(letters)))


def words_of(text: str) -> list[str]:
    """The words of a text, as they stand."""
    return _words(folded(text))


def terms_of(text: str) -> list[str]:
    """The terms of a text that products are found by: its words without plurals, then its weights and sizes."""
    text = folded(text)
    return [stem(word) for word in _words(text)] + [term for _, term in measures(text)]


def squashed(text: str) -> str:
    """A SKU without its hyphens and dots."""
    return "".join(words_of(text))


def stem(word: str) -> str:
    """An English word without its plural (after Harman 1991, "How effective is suffixing?"); others as they are."""
    if len(word) <= _STEMMED or not (word.isascii() and word.isalpha()) or not word.endswith("s"):
        return word
    if word.endswith("ies"):
        return word if word[-4] in "ae" else word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


def measures(text: str) -> list[tuple[tuple[int, int], str]]:
    """Weights, volumes and lengths in a folded text: where they stand in it, and their terms.

    "1kg", "1 kg" and "1000 g" are all "1000g".
    """
    found = []
    for match in _MEASURE.finditer(text):
        base, factor = UNITS[match["unit"]]
        amount = (Decimal(match["number"]) * factor).normalize()
        found.append((match.span(), f"{amount:f}{base}"))
    return found


def _words(text: str) -> list[str]:
    found = _ASCII_WORD.findall(text) if text.isascii() else words_in(text)
    return [word[:LONGEST] for word in found]


def _plain(letter: str) -> str:
    if letter == _CANDRABINDU:
        return _ANUSVARA
    category = unicodedata.category(letter)
    if letter == _NUKTA or (category == "Mn" and ord(letter) < _INDIC):
        return ""
    return str(unicodedata.decimal(letter)) if category == "Nd" else letter


_NAMES = "|".join(sorted((re.escape(folded(name)) for name in UNITS), key=len, reverse=True))
_MEASURE: Final = re.compile(
    rf"(?<![\w.])(?P<number>\d{{1,9}}(?:\.\d{{1,4}})?)\s*(?P<unit>{_NAMES})(?![\w\u0900-\u0963])"
)
