"""The product form: what staff typed, as changes to a product, and errors back to the fields they typed them in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quart import request

from spoeq_core.catalog.model import Option, Product, ProductChanges, ProductStatus, StockPolicy, Variant
from spoeq_core.catalog.service import drafted
from spoeq_core.catalog.service.checks import in_itself
from spoeq_core.kernel.errors import FieldError, Invalid, SpoeqError
from spoeq_core.kernel.money import parse_amount
from spoeq_core.shop import Shop
from spoeq_core.web.admin.extension_form import extension_fields, field_name, read_extensions, row_prefix
from spoeq_core.web.bodies import Faults, Form
from spoeq_core.web.forms import Field

DECLARED = ("country_of_origin", "maker", "maker_address", "net_quantity", "care_contact")
PLAIN = ("name", "slug", "description")
ROW = re.compile(r"^variants-(\d{1,4})-sku$")


async def entered(shop: Shop, form: Form, product: Product | None) -> tuple[ProductChanges, dict[str, int]]:
    """The form as changes, and the first stock by SKU of variants that are new.

    Raises:
        Invalid: something cannot be read; the errors name the form's fields, and what is wrong besides.
    """
    names = _words(form.text("option_names"))
    errors: list[FieldError] = []
    variants: list[Variant] = []
    stock: dict[str, int] = {}
    for row in rows_of(form):
        variant, pieces = _variant(shop, form, row, names, product, errors)
        variants.append(variant)
        if pieces is not None:
            stock[variant.sku] = pieces
    unread = Faults()
    unread.add(errors)
    ext = product.ext if product else {}
    changes: ProductChanges = {
        "name": form.text("name"),
        "description": form.text("description"),
        "status": unread.of(lambda: _status(form.text("status")), ProductStatus.DRAFT),
        "brand_id": form.text("brand_id") or None,
        "category_ids": tuple(form.texts("category_ids")),
        "tags": tuple(_words(form.text("tags"))),
        "specs": _specs(form),
        "options": tuple(Option(name, _values(name, variants)) for name in names),
        "variants": tuple(variants),
        "declarations": {**_kept(product), **{name: form.text(name) for name in DECLARED if form.text(name)}},
        "hsn": form.text("hsn"),
        "ext": unread.of(lambda: read_extensions(shop, "product", form, ext), dict(ext)),
    }
    if form.text("slug") or product is not None:
        changes["slug"] = form.text("slug") or (product.slug if product else "")
    if unread:
        _, refused = in_itself(shop, replace(product or drafted(shop, {}), **changes), product)
        unread.add(error for error in refused if error.field != "slug" or "slug" in changes)
    unread.raise_if_any()
    return changes, stock


def rows_of(form: Form) -> list[int]:
    """Numbers of the variant rows that are to be kept: those that are not ticked for removal and not empty."""
    numbers = sorted(int(match[1]) for name in form if (match := ROW.match(name)))
    return [
        row
        for row in numbers
        if not form.flag(f"variants-{row}-delete")
        and any(form.text(f"variants-{row}-{part}") for part in ("sku", "sale"))
    ]


def to_form(shop: Shop, errors: Sequence[FieldError], rows: Sequence[int]) -> list[FieldError]:
    """A product's errors under the names that the form's fields have."""
    return [FieldError(_form_name(shop, error.field, rows), error.message, error.code) for error in errors]


def variant_fields(
    shop: Shop, product: Product | None, typed: Mapping[str, Any], errors: Mapping[str, str]
) -> dict[int, list[Field]]:
    """The fields that plugins add to variants, by the row of the variant; nothing where no plugin adds any."""
    variants = product.variants if product else ()
    sent = [int(match[1]) for name in typed if (match := ROW.match(name))]
    skus = {row: typed[f"variants-{row}-sku"] for row in sent} or dict(enumerate(v.sku for v in variants)) or {0: ""}
    found = {}
    for row, sku in skus.items():
        variant = product.variant(sku) if product else None
        stored = variant.ext if variant else {}
        found[row] = extension_fields(shop, "variant", stored, typed, errors, row_prefix(row))
    return {row: fields for row, fields in found.items() if fields}


async def as_typed() -> dict[str, Any]:
    """Everything as it was typed, for showing the form again; names that come often as lists."""
    typed = await request.form
    many = {"category_ids", "spec_name", "spec_value"}
    values: dict[str, Any] = {name: typed.getlist(name) if name in many else typed.get(name, "") for name in typed}
    form = Form(typed)
    numbers = [int(match[1]) for name in form if (match := ROW.match(name))]
    if form.text("add_variant") == "1":
        values[f"variants-{max(numbers, default=-1) + 1}-sku"] = ""
    if form.text("add_spec"):
        values["spec_name"] = [*values.get("spec_name", []), ""]
        values["spec_value"] = [*values.get("spec_value", []), ""]
    return values


def _variant(
    shop: Shop, form: Form, row: int, names: Sequence[str], product: Product | None, errors: list[FieldError]
) -> tuple[Variant, int | None]:
    sku = form.text(f"variants-{row}-sku")
    old = product.variant(sku) if product else None
    start = old or Variant(sku=sku)
    numbers = _Numbers(shop, form, row, errors)
    sale = numbers.amount("sale", required=True)
    variant = Variant(
        sku=sku,
        options={name: form.text(f"variants-{row}-options-{name}") for name in names},
        sale=sale or 0,
        mrp=numbers.amount("mrp"),
        min_price=start.min_price,
        weight_g=numbers.whole("weight_g") or 0,
        image_id=start.image_id,
        **_beyond(form, row, start, numbers, errors),
        ext={**start.ext, **_row_extensions(shop, form, row, start, errors)},
    )
    return variant, None if old else (numbers.whole("stock") or 0)


def _beyond(form: Form, row: int, start: Variant, numbers: _Numbers, errors: list[FieldError]) -> dict[str, Any]:
    """What happens once none are left; as it was where the form does not ask."""
    name = f"variants-{row}-stock_policy"
    if name not in form:
        kept = ("stock_policy", "backorder_limit", "ships_in_days")
        return {part: getattr(start, part) for part in kept}
    try:
        policy = StockPolicy(form.text(name) or StockPolicy.DENY)
    except ValueError:
        errors.append(FieldError(name, "Choose whether it can be ordered once none are left.", "enum"))
        policy = start.stock_policy
    limit, days = numbers.whole("backorder_limit"), numbers.whole("ships_in_days")
    return {"stock_policy": policy, "backorder_limit": limit, "ships_in_days": days or 0}


def _row_extensions(shop: Shop, form: Form, row: int, start: Variant, errors: list[FieldError]) -> dict[str, Any]:
    try:
        return read_extensions(shop, "variant", form, start.ext, row_prefix(row))
    except Invalid as error:
        errors.extend(error.errors)
        return {}


class _Numbers:
    """Reads the numbers of a variant row, and notes what cannot be read."""

    def __init__(self, shop: Shop, form: Form, row: int, errors: list[FieldError]) -> None:
        self._currency = shop.profile.currency
        self._form = form
        self._row = row
        self._errors = errors

    def amount(self, part: str, *, required: bool = False) -> int | None:
        """An amount in minor units."""
        name = f"variants-{self._row}-{part}"
        text = self._form.text(name)
        if not text:
            if required:
                self._errors.append(FieldError(name, "Enter a price.", "missing"))
            return None
        try:
            return parse_amount(text, self._currency)
        except SpoeqError as error:
            self._errors.append(FieldError(name, error.message, "amount"))
            return None

    def whole(self, part: str) -> int | None:
        """A whole number."""
        name = f"variants-{self._row}-{part}"
        try:
            return self._form.integer(name) if self._form.text(name) else None
        except Invalid as error:
            self._errors.extend(error.errors)
            return None


def _form_name(shop: Shop, field: str, rows: Sequence[int]) -> str:
    parts = field.split(".")
    if parts[0] == "ext":
        return field_name(shop, "product", field)
    if parts[0] == "variants" and len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) < len(rows):
        return _cell_name(shop, parts[2:] or ["sku"], rows[int(parts[1])])
    if parts[0] == "variants":
        return "variants-0-sku"
    if parts[0] == "declarations" and len(parts) > 1:
        return parts[1]
    if parts[0] == "options":
        return "option_names"
    return parts[0]


def _cell_name(shop: Shop, parts: Sequence[str], row: int) -> str:
    if parts[0] == "ext":
        return field_name(shop, "variant", ".".join(parts), row_prefix(row))
    return f"variants-{row}-{'sku' if parts[0] in {'options', 'min_price', 'image_id'} else parts[0]}"


def _kept(product: Product | None) -> dict[str, str]:
    stored = product.declarations if product else {}
    return {name: value for name, value in stored.items() if name not in DECLARED}


def _specs(form: Form) -> dict[str, str]:
    pairs = zip(form.texts("spec_name"), form.texts("spec_value"), strict=False)
    return {name: value for name, value in pairs if name and value}


def _values(name: str, variants: Sequence[Variant]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_used(name, variants)))


def _used(name: str, variants: Sequence[Variant]) -> Iterator[str]:
    return (variant.options[name] for variant in variants if variant.options.get(name))


def _status(text: str) -> ProductStatus:
    try:
        return ProductStatus(text or "draft")
    except ValueError:
        raise Invalid.field("status", "Choose draft, active or archived.", "enum") from None


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
