"""What the catalogue tells. Subscribers load the product by its id."""

from __future__ import annotations

from dataclasses import dataclass, field

from spoeq_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCreated(Event):
    """A product was stored, as a draft or active; `prices` by SKU are those before any reduction, minor units."""

    product_id: str
    prices: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductUpdated(Event):
    """A product's fields, variants, images or status changed; `prices` as they are now, as for `ProductCreated`."""

    product_id: str
    prices: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDeleted(Event):
    """A product is gone; `skus` were its variants."""

    product_id: str
    skus: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRated(Event):
    """A product's rating changed."""

    product_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandUpdated(Event):
    """A brand's name or slug changed."""

    brand_id: str
