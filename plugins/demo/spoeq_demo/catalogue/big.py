"""Any number of made-up products for trying a large shop, cast from the demo shop's own, the same for the same seed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from spoeq_core.sdk import SpoeqError
from spoeq_demo.catalogue.loader import LOW_STOCK, load_catalogue, read
from spoeq_demo.catalogue.model import DemoProduct, DemoVariant

_RUPEE: Final = 100
_MOST_VARIANTS: Final = 6


@dataclass(frozen=True, slots=True)
class _Mould:
    """A product to cast from, what to call the casts, what they may be made of, and an option with its values."""

    like: DemoProduct
    noun: str
    materials: tuple[str, ...]
    option: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    places: Sequence[str]
    motifs: Sequence[str]
    colours: Mapping[str, Sequence[str]]


def big_catalogue(count: int, seed: int = 1) -> Iterator[DemoProduct]:
    """Yields `count` products one by one, with one to six variants each.

    Slugs and SKUs are unique among themselves and against the demo shop's. Each product takes its categories, tax
    code, drawing and declarations from one of the demo shop's and shares its pictures (`pictured_as`).

    Raises:
        SpoeqError: `count` is negative.
    """
    if count < 0:
        raise SpoeqError(f"Cannot make {count} products.", hint="Ask for 0 or more.")
    return islice(_endless(seed), count)


def _endless(seed: int) -> Iterator[DemoProduct]:
    raw = read("moulds")
    words = _Words(raw["words"], raw["motifs"], raw["colours"])
    moulds = _moulds(raw["moulds"])
    dice = Random(seed)  # noqa: S311 (makes demo goods, guards nothing)
    number = 0
    while True:
        number += 1
        yield _cast(moulds[number % len(moulds)], words, number, dice)


def _moulds(rows: Sequence[Mapping[str, object]]) -> tuple[_Mould, ...]:
    products = {product.slug: product for product in load_catalogue().products}
    found = []
    for row in rows:
        options = row.get("options", {})
        materials = row["materials"]
        if not isinstance(options, dict) or not isinstance(materials, list):
            raise SpoeqError("moulds.toml: options is a table, materials a list.", hint="Mend the TOML file.")
        option, values = next(iter(options.items()), ("", ()))
        found.append(_Mould(products[str(row["like"])], str(row["noun"]), tuple(materials), option, tuple(values)))
    return tuple(found)


def _cast(mould: _Mould, words: _Words, number: int, dice: Random) -> DemoProduct:
    place, motif = dice.choice(words.places), dice.choice(words.motifs)
    colour, material = dice.choice(tuple(words.colours)), dice.choice(mould.materials)
    name = f"{place} {motif} {material} {mould.noun}, {colour.lower()}"
    like = mould.like
    variants = _variants(mould, number, dice)
    return DemoProduct(
        slug=f"{_slug(name)}-{number}",
        name=name,
        brand=like.brand,
        categories=like.categories,
        description=(
            f"{mould.noun.capitalize()} in {colour.lower()} {material} with the {motif} motif of {place}. "
            f"A made-up product, number {number:,} of its range, for trying a shop of this size."
        ),
        specs={**like.specs, "Colour": colour, "Motif": motif},
        tags=(*like.tags, _slug(colour)),
        badges=("new",) if number % 9 == 0 else (),
        options={mould.option: tuple(variant.options[mould.option] for variant in variants)} if mould.option else {},
        variants=variants,
        hsn=like.hsn,
        declarations=like.declarations,
        dimensions_mm=like.dimensions_mm,
        drawing=like.drawing,
        palette=tuple(words.colours[colour]),
        views=1,
        pictured_as=like.slug,
    )


def _variants(mould: _Mould, number: int, dice: Random) -> tuple[DemoVariant, ...]:
    """Variants about the mould's lowest price, dearer with each step of the option."""
    base = min(variant.sale for variant in mould.like.variants) * dice.uniform(0.55, 1.8)
    weight = mould.like.variants[0].weight_g
    discount = dice.choice((1.0, 1.1, 1.2, 1.25, 1.4, 1.6))
    values = mould.values[: dice.randint(1, _MOST_VARIANTS)] if mould.option else ("",)
    made = []
    for step, value in enumerate(values):
        sale = _charm(base * (1 + 0.06 * step))
        mrp = sale if discount == 1 else _charm(sale * discount)
        made.append(
            DemoVariant(
                sku=f"BIG-{number:05d}-{step + 1}",
                options={mould.option: value} if mould.option else {},
                mrp=mrp,
                sale=sale,
                weight_g=round(weight * (1 + 0.08 * step)),
                stock=dice.choice((0, 1, 3, *range(8, 60, 4))),
                threshold=LOW_STOCK,
            )
        )
    return tuple(made)


def _charm(paise: float) -> int:
    """A price as shops write it: whole rupees that end in 9."""
    return (max(1, round(paise / _RUPEE / 10)) * 10 - 1) * _RUPEE


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
