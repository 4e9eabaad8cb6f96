"""A product as its form shows it, value by value: what was stored, what was typed, and the better of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from spoeq_core.catalog.model import Product
from spoeq_core.kernel.money import plain_amount
from spoeq_core.shop import Shop
from spoeq_core.web.admin.extension_form import row_prefix, stored_texts, typed_texts
from spoeq_core.web.admin.merging import TAKE, Difference, unpack
from spoeq_core.web.admin.product_form import DECLARED, rows_of
from spoeq_core.web.bodies import Form

SCALARS = ("name", "description", "status", "slug", "brand_id", "hsn")
CELLS = ("mrp", "sale", "weight_g", "stock_policy", "backorder_limit", "ships_in_days")


def as_stored(shop: Shop, product: Product) -> dict[str, str]:
    """The stored product's values, as text: a variant's under `variants.<sku>.<part>`."""
    found = {
        "name": product.name,
        "description": product.description.replace("\r\n", "\n"),
        "status": product.status.value,
        "slug": product.slug,
        "brand_id": product.brand_id or "",
        "hsn": product.hsn,
        "category_ids": ", ".join(product.category_ids),
        "tags": ", ".join(product.tags),
        "option_names": ", ".join(option.name for option in product.options),
        "specs": "\n".join(f"{name}: {text}" for name, text in product.specs.items()),
    }
    found |= {name: product.declarations.get(name, "") for name in DECLARED}
    for variant in product.variants:
        prices = {"mrp": variant.mrp, "sale": variant.sale}
        for part, amount in prices.items():
            text = "" if amount is None else plain_amount(amount, shop.profile.currency)
            found[f"variants.{variant.sku}.{part}"] = _plain(text)
        found[f"variants.{variant.sku}.weight_g"] = str(variant.weight_g or "")
        limit = variant.backorder_limit
        found[f"variants.{variant.sku}.stock_policy"] = variant.stock_policy.value
        found[f"variants.{variant.sku}.backorder_limit"] = "" if limit is None else str(limit)
        found[f"variants.{variant.sku}.ships_in_days"] = str(variant.ships_in_days or "")
        found |= {f"variants.{variant.sku}.options-{name}": text for name, text in variant.options.items()}
        found |= stored_texts(shop, "variant", variant.ext, f"variants.{variant.sku}.ext-{{}}")
    return found | stored_texts(shop, "product", product.ext)


def as_written(shop: Shop, form: Form) -> dict[str, str]:
    """What was typed, under the same names."""
    found = {name: form.text(name) for name in (*SCALARS, *DECLARED)}
    found["description"] = found["description"].replace("\r\n", "\n")
    found["category_ids"] = ", ".join(form.texts("category_ids"))
    for name in ("tags", "option_names"):
        found[name] = ", ".join(word.strip() for word in form.text(name).split(",") if word.strip())
    pairs = zip(form.texts("spec_name"), form.texts("spec_value"), strict=False)
    found["specs"] = "\n".join(f"{name}: {text}" for name, text in pairs if name and text)
    for row in rows_of(form):
        options = [f"options-{name}" for name in found["option_names"].split(", ") if name]
        for part in (*CELLS, *options):
            found[f"variants.{form.text(f'variants-{row}-sku')}.{part}"] = _plain(form.text(f"variants-{row}-{part}"))
        for name, text in typed_texts(shop, "variant", form, row_prefix(row)).items():
            found[f"variants.{form.text(f'variants-{row}-sku')}.{name.removeprefix(f'variants-{row}-')}"] = text
    return found | typed_texts(shop, "product", form)


def taken_over(
    shop: Shop, form: Form, typed: Mapping[str, Any], found: Sequence[Difference], product: Product
) -> dict[str, Any]:
    """The form's values with what only the other person changed: values, new variants, variants that are gone."""
    values = dict(typed)
    rows = {form.text(f"variants-{row}-sku"): row for row in rows_of(form)}
    for item in found:
        if not item.both:
            values |= _fields(item.field, item.theirs, rows)
    base = [name for name in unpack(form.text("base")) if name.startswith("variants.")]
    seen = {name.removeprefix("variants.").rpartition(".")[0] for name in base}
    stored = as_stored(shop, product)
    following = max(rows.values(), default=-1) + 1
    for variant in product.variants:
        if variant.sku not in rows and variant.sku not in seen:
            values[f"variants-{following}-sku"] = variant.sku
            start = f"variants.{variant.sku}."
            cells = {name.removeprefix(start): text for name, text in stored.items() if name.startswith(start)}
            values |= {f"variants-{following}-{part}": text for part, text in cells.items()}
            following += 1
    gone = seen & set(rows) - {variant.sku for variant in product.variants}
    return {**values, **{f"variants-{rows[sku]}-delete": "1" for sku in gone}}


def as_chosen(shop: Shop, form: Form, product: Product) -> Form:
    """The form with the stored value of each field for which the other's was chosen (`take-<field>`)."""
    stored = as_stored(shop, product)
    rows = {form.text(f"variants-{row}-sku"): row for row in rows_of(form)}
    chosen = [name for name in stored if form.text(f"{TAKE}{name}") == "theirs"]
    if not chosen:
        return form
    values: MultiDict[str, str] = MultiDict((name, text) for name in form for text in form.texts(name))
    for name in chosen:
        for field, value in _fields(name, stored[name], rows).items():
            values.setlist(field, value if isinstance(value, list) else [value])
    return Form(values)


def _fields(name: str, text: str, rows: Mapping[str, int]) -> dict[str, Any]:
    """The form's own fields that a value stands in."""
    if name == "category_ids":
        return {name: text.split(", ") if text else []}
    if name == "specs":
        pairs = [line.partition(": ") for line in text.splitlines()]
        return {"spec_name": [pair[0] for pair in pairs], "spec_value": [pair[2] for pair in pairs]}
    if name.startswith("variants."):
        sku, _, part = name.removeprefix("variants.").rpartition(".")
        return {f"variants-{rows[sku]}-{part}": text} if sku in rows else {}
    return {name: text}


def _plain(text: str) -> str:
    """An amount as it is typed: without decimals that say nothing."""
    return text.removesuffix(".00")
