"""What staff send to make and change products, in the shapes in which products are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints

from spoeq_core.catalog.model import (
    LONGEST_DESCRIPTION,
    LONGEST_VALUE,
    MAX_VARIANTS,
    Option,
    ProductChanges,
    ProductStatus,
    StockPolicy,
    Variant,
)
from spoeq_core.inventory.model import MAX_PIECES
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.shop import Shop
from spoeq_core.web.api.shopping import MoneyBody, Text, amount_of
from spoeq_core.web.bodies import Body

Value = Annotated[str, StringConstraints(max_length=LONGEST_VALUE)]
Names = Annotated[list[Text], Field(max_length=200)]
Side = Annotated[int, Field(ge=0)]
PLAIN = ("name", "slug", "description", "brand_id", "specs", "declarations", "hsn", "ext")
_PRICE = re.compile(r"^(variants\.\d+)\.(sale|mrp)$")
LISTS = ("category_ids", "tags", "badges")


class OptionBody(Body):
    """What a shopper chooses by, with its values in order."""

    name: Text
    values: Names


class PriceBody(Body):
    """What a piece costs; `sale` is not above `mrp`."""

    sale: MoneyBody
    mrp: MoneyBody | None = None


class VariantBody(Body):
    """A SKU. `stock` is what it begins with, and counts only while it has never had any.

    `stock_policy` says what happens once none are left: `deny`, or `backorder`, up to `backorder_limit` pieces beyond
    the stock (null: no limit), which are usually shipped in `ships_in_days`.
    """

    sku: Text
    options: dict[Text, Text] = Field(default_factory=dict)
    price: PriceBody
    min_price: MoneyBody | None = None
    weight_g: int = 0
    image_id: Text | None = None
    stock_policy: StockPolicy = StockPolicy.DENY
    backorder_limit: int | None = None
    ships_in_days: int = 0
    ext: dict[Text, Any] = Field(default_factory=dict)
    stock: int = Field(0, ge=0, le=MAX_PIECES)

    def variant(self, shop: Shop, field: str) -> Variant:
        """The variant; raises `Invalid` under `<field>.…` for a price in another currency."""
        mrp, least = self.price.mrp, self.min_price
        return Variant(
            sku=self.sku,
            options=self.options,
            sale=amount_of(self.price.sale, shop, f"{field}.price.sale"),
            mrp=amount_of(mrp, shop, f"{field}.price.mrp") if mrp else None,
            min_price=amount_of(least, shop, f"{field}.min_price") if least else 0,
            weight_g=self.weight_g,
            image_id=self.image_id,
            stock_policy=self.stock_policy,
            backorder_limit=self.backorder_limit,
            ships_in_days=self.ships_in_days,
            ext=self.ext,
        )


class ProductPatch(Body):
    """Fields to change; those that are left out stay. Lists are replaced whole, `ext` plugin by plugin."""

    name: Text = ""
    slug: Text = ""
    description: Annotated[str, StringConstraints(max_length=LONGEST_DESCRIPTION)] = ""
    status: Literal["draft", "active", "archived"] = "draft"
    brand_id: Text | None = None
    category_ids: Names = Field(default_factory=list)
    tags: Names = Field(default_factory=list)
    badges: Names = Field(default_factory=list)
    specs: dict[Text, Value] = Field(default_factory=dict)
    options: list[OptionBody] = Field(default_factory=list, max_length=50)
    variants: list[VariantBody] = Field(default_factory=list, max_length=MAX_VARIANTS)
    declarations: dict[Text, Value] = Field(default_factory=dict)
    hsn: Text = ""
    dimensions_mm: Annotated[list[Side], Field(min_length=3, max_length=3)] | None = None
    ext: dict[Text, Any] = Field(default_factory=dict)

    def changes(self, shop: Shop) -> ProductChanges:
        """What was given, as the catalogue takes it."""
        given = self.model_fields_set
        found: dict[str, Any] = {name: getattr(self, name) for name in PLAIN if name in given}
        found |= {name: tuple(getattr(self, name)) for name in LISTS if name in given}
        if "status" in given:
            found["status"] = ProductStatus(self.status)
        if "options" in given:
            found["options"] = tuple(Option(option.name, tuple(option.values)) for option in self.options)
        if "variants" in given:
            found["variants"] = tuple(v.variant(shop, f"variants.{n}") for n, v in enumerate(self.variants))
        if "dimensions_mm" in given:
            found["dimensions_mm"] = tuple(self.dimensions_mm) if self.dimensions_mm else None
        return cast(ProductChanges, found)

    def initial_stock(self) -> dict[str, int]:
        """Pieces to begin with, by SKU."""
        return {variant.sku: variant.stock for variant in self.variants if variant.stock}


class NewProduct(ProductPatch):
    """A product; a draft unless `status` says otherwise. Without a slug, the name makes one."""

    name: Text


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Refused fields under the names that the body has for them."""
    try:
        yield
    except Invalid as error:
        errors = [FieldError(_PRICE.sub(r"\1.price.\2", item.field), item.message, item.code) for item in error.errors]
        raise Invalid(error.message, errors=errors, hint=error.hint, code=error.code) from None
