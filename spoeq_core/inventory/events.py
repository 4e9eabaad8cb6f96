"""What inventory tells."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLow(Event):
    """Available pieces fell to the threshold or under it; told once per crossing."""

    sku: str
    product_id: str
    available: int
    threshold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockStateChanged(Event):
    """A SKU became in_stock, low or out."""

    sku: str
    product_id: str
    state: str
