"""What lists are counted and sorted by: few fields of each product."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.catalog.model import Row
from spoeq_core.extensions.facets import ExtensionFacet
from spoeq_core.kernel.mongo import Document

ROW_FIELDS = (
    "name",
    "brand_id",
    "brand_slug",
    "brand_name",
    "attributes",
    "lowest_price",
    "in_stock",
    "rating_average",
    "rating_count",
    "sold_count",
    "created_at",
)


def row_of(raw: Document, facets: Sequence[ExtensionFacet]) -> Row:
    """The row of a product's stored fields."""
    return Row(
        id=raw["_id"],
        name=raw["name"],
        brand_id=raw.get("brand_id"),
        brand_slug=raw.get("brand_slug", ""),
        brand_name=raw.get("brand_name", ""),
        attributes=[*raw.get("attributes", ()), *(pair for it in facets for pair in it.pairs(raw.get("ext", {})))],
        price=raw.get("lowest_price", 0),
        in_stock=raw.get("in_stock", False),
        rating=raw.get("rating_average", 0.0),
        rating_count=raw.get("rating_count", 0),
        sold_count=raw.get("sold_count", 0),
        created_at=raw["created_at"],
    )
