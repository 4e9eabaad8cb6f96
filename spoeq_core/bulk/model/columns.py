"""The columns of the product CSV: what each is called, what it says, how it is written and read back.

A column knows how a value looks in a cell (`write`) and how a cell changes the value (`put`). A cell that is just what
`write` gives says nothing new: so a file that was exported changes nothing when it is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from spoeq_core.catalog.model import Product, Variant
from spoeq_core.inventory.model import MAX_PIECES
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.messages import message, sentences
from spoeq_core.kernel.money import parse_amount

AT_LOCATION: Final = "stock@"
SYMBOLS: Final = ("₹", "Rs.", "Rs", "$", "€", "£")


class Level(StrEnum):
    """What a column is about: the page of the catalogue, one SKU of it, or the SKU's stock."""

    PRODUCT = "product"
    VARIANT = "variant"
    STOCK = "stock"


class CellError(Exception):
    """A cell that cannot be read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Words:
    """How ids of the shop are written in a file: brands and categories by slug; and the shop's currency.

    Attributes:
        brands: Ids by slug; `categories` likewise.
        brand_slugs: Slugs by id; `category_slugs` likewise.
    """

    currency: str
    brands: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    brand_slugs: Mapping[str, str] = field(default_factory=dict)
    category_slugs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, currency: str, brands: Mapping[str, str], categories: Mapping[str, str]) -> Words:
        """The words of a shop, from ids by slug."""
        return cls(
            currency,
            brands,
            categories,
            {key: slug for slug, key in brands.items()},
            {key: slug for slug, key in categories.items()},
        )


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        name: In the header.
        level: What it is about.
        meaning: For people; `example` likewise.
        needed: Whether an empty cell leaves the value alone, since it cannot be empty; else it empties it.
        field: The field that errors of the catalogue's rules name.
    """

    name: str
    level: Level
    meaning: str
    example: str = ""
    needed: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class ProductColumn(Column):
    """A column about the product."""

    write: Callable[[Words, Product], str] = lambda _words, _product: ""
    put: Callable[[Words, Product, str], Product] = lambda _words, product, _cell: product


@dataclass(frozen=True, slots=True)
class VariantColumn(Column):
    """A column about one SKU."""

    write: Callable[[Words, Variant], str] = lambda _words, _variant: ""
    put: Callable[[Words, Variant, str], Variant] = lambda _words, variant, _cell: variant


@dataclass(frozen=True, slots=True)
class PlaceColumn(Column):
    """A column about what lies at one location of a shop that has several; `open`: whether goods may come there."""

    location: str = ""
    open: bool = True

    @staticmethod
    def named(code: str) -> str:
        """What the column of that location is called."""
        return f"{AT_LOCATION}{code}"


def amount(words: Words, cell: str) -> int:
    """The minor units of a price.

    Raises:
        CellError: it is no price.
    """
    symbol = next((mark for mark in SYMBOLS if cell.startswith(mark)), "")
    try:
        found = parse_amount(cell.removeprefix(symbol).strip(), words.currency)
    except SpoeqError as error:
        raise CellError(sentences(filter(None, (error.message, error.hint)))) from None
    if found < 0:
        raise CellError(message("A price cannot be negative. Give 0 or more."))
    return found


def whole(cell: str, most: int, least: int = 0) -> int:
    """A whole number from 0, or from another one.

    Raises:
        CellError: it is none, too small or too large.
    """
    digits = cell.replace(",", "")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 18 or not least <= int(digits) <= most:  # noqa: PLR2004
        raise CellError(
            message("Give a whole number from %(least)s to %(most)s, without a unit.", least=least, most=most)
        )
    return int(digits)


def pieces(cell: str) -> int:
    """Pieces on hand.

    Raises:
        CellError: it is no number of pieces.
    """
    return whole(cell, MAX_PIECES)
