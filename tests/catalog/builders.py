"""Products to test with: a kurta in two colours and three sizes, and whatever else a test asks for."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any, Unpack

from PIL import Image as Pillow

from spoeq_core.catalog.model import Option, ProductChanges, ProductStatus, Variant
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop

DECLARED = {"country_of_origin": "IN", "maker": "Neel Textiles, Jaipur", "net_quantity": "1 piece"}


def simple(name: str = "Brass Diya", sku: str = "DIYA-1", **changes: Unpack[ProductChanges]) -> ProductChanges:
    """An active product of one variant."""
    draft: ProductChanges = {
        "name": name,
        "status": ProductStatus.ACTIVE,
        "variants": (Variant(sku, sale=29900, mrp=39900, weight_g=300),),
        "declarations": DECLARED,
    }
    return {**draft, **changes}


def kurta(prefix: str = "KUR", **changes: Unpack[ProductChanges]) -> ProductChanges:
    """An active product of six variants."""
    colours, sizes = ("Indigo", "Madder"), ("S", "M", "L")
    draft: ProductChanges = {
        "name": "Block-Printed Kurta",
        "status": ProductStatus.ACTIVE,
        "options": (Option("Colour", colours), Option("Size", sizes)),
        "variants": tuple(
            Variant(f"{prefix}-{colour[:3].upper()}-{size}", {"Colour": colour, "Size": size}, sale=129900, mrp=199900)
            for colour in colours
            for size in sizes
        ),
        "specs": {"Fabric": "Cotton", "Care": "Wash separately in cold water."},
        "tags": ("festive",),
        "declarations": DECLARED,
        "hsn": "61091000",
    }
    return {**draft, **changes}


def picture(kind: str = "JPEG", size: tuple[int, int] = (800, 1000), *, mode: str = "RGB", **options: Any) -> bytes:
    """An uploaded file."""
    buffer = io.BytesIO()
    Pillow.new(mode, size, "#1f4172").save(buffer, format=kind, **options)
    return buffer.getvalue()


def later(shop: Shop, *, days: int) -> Shop:
    """The same shop some days later."""
    return replace(shop, clock=FixedClock(shop.clock.now() + timedelta(days=days)))
