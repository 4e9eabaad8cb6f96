"""What a product must be to be kept, and what more to be sold: pure checks that name the field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from spoeq_core.catalog.model.countries import COUNTRIES
from spoeq_core.catalog.model.product import UNLIMITED, Option, Product, ProductStatus, Variant
from spoeq_core.catalog.model.text import LONGEST_SLUG, ORIGIN, SLUG
from spoeq_core.kernel.errors import FieldError
from spoeq_core.kernel.messages import message

MAX_PRICE: Final = 10**12
MAX_WEIGHT_G: Final = 10**7
MAX_DIMENSION_MM: Final = 10**5
MAX_SHIPS_IN_DAYS: Final = 365
MAX_VARIANTS: Final = 200
MAX_OPTIONS: Final = 5
MAX_VALUES: Final = 100
MAX_SPECS: Final = 100
MAX_IMAGES: Final = 40
MAX_TAGS: Final = 50
MAX_CATEGORIES: Final = 20
MAX_BADGES: Final = 10

LONGEST_NAME: Final = 300
LONGEST_LABEL: Final = 80
LONGEST_TAG: Final = 40
LONGEST_VALUE: Final = 500
LONGEST_DESCRIPTION: Final = 50_000

DECLARATIONS: Final = (ORIGIN, "maker", "maker_address", "net_quantity", "care_contact", "importer")
NEEDED_TO_SELL: Final = (ORIGIN, "maker", "net_quantity")

_SKU = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_HSN = re.compile(r"^\d{4,8}$", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Faults = Iterator[FieldError]


def tidied(product: Product) -> Product:
    """The product with blanks around and inside its words set right, tags folded, empty declarations left out."""
    return replace(
        product,
        name=_line(product.name),
        description=product.description.replace("\r\n", "\n").strip(),
        hsn=product.hsn.strip(),
        tags=tuple(dict.fromkeys(tag for tag in (_line(tag).casefold() for tag in product.tags) if tag)),
        badges=tuple(dict.fromkeys(badge for badge in map(_line, product.badges) if badge)),
        category_ids=tuple(dict.fromkeys(product.category_ids)),
        specs={_line(name): _line(value) for name, value in product.specs.items()},
        options=tuple(Option(_line(option.name), tuple(map(_line, option.values))) for option in product.options),
        variants=tuple(_tidied_variant(variant) for variant in product.variants),
        declarations={name: _line(value) for name, value in product.declarations.items() if value.strip()},
    )


def faults(product: Product) -> Faults:
    """Everything that is wrong with a product, field by field; what the rest of the shop says is not asked here."""
    yield from _words(product)
    yield from _lists(product)
    yield from _specs(product.specs)
    yield from _declarations(product.declarations)
    yield from _options(product.options)
    yield from _variants(product)
    yield from _dimensions(product)
    if product.status is ProductStatus.ACTIVE:
        yield from _unsellable(product)


def _words(product: Product) -> Faults:
    yield from _text("name", product.name, LONGEST_NAME, needed=True)
    if not SLUG.match(product.slug) or len(product.slug) > LONGEST_SLUG:
        yield FieldError(
            "slug",
            message("Use small letters, digits and single hyphens, at most %(most)s.", most=LONGEST_SLUG),
            "pattern",
        )
    if len(product.description) > LONGEST_DESCRIPTION:
        yield FieldError("description", message("At most %(most)s characters.", most=LONGEST_DESCRIPTION), "too_long")
    if "\x00" in product.description:
        yield FieldError("description", "Control characters are not allowed.", "pattern")
    if product.hsn and not _HSN.match(product.hsn):
        yield FieldError("hsn", "An HSN code has 4 to 8 digits.", "pattern")


def _lists(product: Product) -> Faults:
    for field, items, most in (("tags", product.tags, MAX_TAGS), ("badges", product.badges, MAX_BADGES)):
        if len(items) > most:
            yield FieldError(field, message("At most %(most)s.", most=most), "too_many")
        for item in items:
            yield from _text(field, item, LONGEST_TAG)
    if len(product.category_ids) > MAX_CATEGORIES:
        yield FieldError("category_ids", message("At most %(most)s.", most=MAX_CATEGORIES), "too_many")
    if len(product.images) > MAX_IMAGES:
        yield FieldError("images", message("At most %(most)s.", most=MAX_IMAGES), "too_many")


def _specs(specs: Mapping[str, str]) -> Faults:
    if len(specs) > MAX_SPECS:
        yield FieldError("specs", message("At most %(most)s.", most=MAX_SPECS), "too_many")
    for name, value in specs.items():
        yield from _attribute_name("specs", name)
        yield from _text(f"specs.{name}", value, LONGEST_VALUE, needed=True)


def _declarations(declarations: Mapping[str, str]) -> Faults:
    for name, value in declarations.items():
        if name not in DECLARATIONS:
            yield FieldError(
                f"declarations.{name}", message("Known are: %(known)s.", known=", ".join(DECLARATIONS)), "unknown"
            )
        else:
            yield from _text(f"declarations.{name}", value, LONGEST_VALUE)
    origin = declarations.get(ORIGIN)
    if origin and origin not in COUNTRIES:
        yield FieldError(f"declarations.{ORIGIN}", "Give a country by its two letters (ISO 3166), like IN.", "country")


def _options(options: tuple[Option, ...]) -> Faults:
    if len(options) > MAX_OPTIONS:
        yield FieldError("options", message("At most %(most)s.", most=MAX_OPTIONS), "too_many")
    for place in _repeated([option.name.casefold() for option in options]):
        yield FieldError(f"options.{place}.name", "Another option has this name.", "duplicate")
    for place, option in enumerate(options):
        yield from _attribute_name(f"options.{place}.name", option.name)
        yield from _option_values(f"options.{place}.values", option.values)


def _option_values(field: str, values: tuple[str, ...]) -> Faults:
    if not 1 <= len(values) <= MAX_VALUES:
        yield FieldError(
            field, message("Give 1 to %(most)s values.", most=MAX_VALUES), "too_many" if values else "missing"
        )
    if _repeated(values):
        yield FieldError(field, "A value stands twice.", "duplicate")
    for value in values:
        yield from _text(field, value, LONGEST_LABEL, needed=True)


def _variants(product: Product) -> Faults:
    variants = product.variants
    if len(variants) > MAX_VARIANTS:
        yield FieldError("variants", message("At most %(most)s.", most=MAX_VARIANTS), "too_many")
    for place in _repeated([variant.sku for variant in variants]):
        yield FieldError(f"variants.{place}.sku", "Another variant has this SKU.", "duplicate")
    for place in _repeated([tuple(sorted(variant.options.items())) for variant in variants]):
        yield FieldError(f"variants.{place}.options", "Another variant has the same options.", "duplicate")
    for place, variant in enumerate(variants):
        yield from _variant(f"variants.{place}", variant, product)
        yield from _prices(f"variants.{place}", variant)
        yield from _backorders(f"variants.{place}", variant)


def _variant(field: str, variant: Variant, product: Product) -> Faults:
    if not _SKU.match(variant.sku):
        yield FieldError(f"{field}.sku", "Letters, digits, dot, hyphen and underscore, at most 64.", "pattern")
    if not _has_options(variant, product.options):
        names = ", ".join(option.name for option in product.options) or "no options"
        yield FieldError(
            f"{field}.options", message("Choose one of the product's values for: %(names)s.", names=names), "options"
        )
    if variant.image_id is not None and all(image.id != variant.image_id for image in product.images):
        yield FieldError(f"{field}.image_id", "The product has no such image.", "unknown")


def _prices(field: str, variant: Variant) -> Faults:
    for name, amount in (("sale", variant.sale), ("mrp", variant.mrp or 0), ("min_price", variant.min_price)):
        if not 0 <= amount <= MAX_PRICE:
            yield FieldError(
                f"{field}.{name}", message("A price is 0 to %(most)s minor units.", most=MAX_PRICE), "range"
            )
    if variant.mrp is not None and variant.sale > variant.mrp:
        yield FieldError(f"{field}.sale", "Selling above the MRP is not allowed.", "above_mrp")
    if variant.min_price > variant.sale:
        yield FieldError(f"{field}.min_price", "The lowest price is above the selling price.", "range")
    if not 0 <= variant.weight_g <= MAX_WEIGHT_G:
        yield FieldError(f"{field}.weight_g", message("A weight is 0 to %(most)s grams.", most=MAX_WEIGHT_G), "range")


def _backorders(field: str, variant: Variant) -> Faults:
    if variant.backorder_limit is not None and not 1 <= variant.backorder_limit <= UNLIMITED:
        yield FieldError(
            f"{field}.backorder_limit",
            message("Give 1 to %(most)s pieces, or nothing for no limit.", most=UNLIMITED),
            "range",
        )
    if not 0 <= variant.ships_in_days <= MAX_SHIPS_IN_DAYS:
        yield FieldError(f"{field}.ships_in_days", message("Give 0 to %(most)s days.", most=MAX_SHIPS_IN_DAYS), "range")


def _dimensions(product: Product) -> Faults:
    if product.dimensions_mm and not all(0 <= side <= MAX_DIMENSION_MM for side in product.dimensions_mm):
        yield FieldError("dimensions_mm", message("Each side is 0 to %(most)s mm.", most=MAX_DIMENSION_MM), "range")


def _unsellable(product: Product) -> Faults:
    if not product.variants:
        yield FieldError("variants", "A product needs a variant before it can be shown.", "needed_to_sell")
    for name in NEEDED_TO_SELL:
        if not product.declarations.get(name):
            yield FieldError(f"declarations.{name}", "The law wants this on the page of a product.", "needed_to_sell")


def _attribute_name(field: str, name: str) -> Faults:
    yield from _text(field, name, LONGEST_LABEL, needed=True)
    if "=" in name or name.startswith("$"):
        yield FieldError(field, "A name has no '=' and does not start with '$'.", "pattern")


def _text(field: str, text: str, most: int, *, needed: bool = False) -> Faults:
    if needed and not text:
        words = message("Enter a name.") if field == "name" else message("Enter something here.")
        yield FieldError(field, words, "missing")
    if len(text) > most:
        yield FieldError(field, message("Use at most %(n)s characters.", n=most), "too_long")
    if _CONTROL.search(text):
        yield FieldError(field, "Control characters are not allowed.", "pattern")


def _has_options(variant: Variant, options: tuple[Option, ...]) -> bool:
    names = {option.name for option in options}
    return set(variant.options) == names and all(variant.options[o.name] in o.values for o in options)


def _repeated(items: Sequence[object]) -> list[int]:
    """Places of the items that stood before."""
    several = {item for item, count in Counter(items).items() if count > 1}
    first = {item: items.index(item) for item in several}
    return [place for place, item in enumerate(items) if item in several and first[item] != place]


def _tidied_variant(variant: Variant) -> Variant:
    options = {_line(name): _line(value) for name, value in variant.options.items()}
    return replace(variant, sku=variant.sku.strip(), options=options)


def _line(text: str) -> str:
    return " ".join(text.split())
