"""How stock is kept, and the places where it lies."""

from spoeq_core.inventory.documents.locations import LocationDocument, LocationRepository
from spoeq_core.inventory.documents.stock import StockDocument, StockLogDocument, StockRepository
from spoeq_core.inventory.documents.updates import holds_any, lies_at, limited, not_logged, room_for

__all__ = [
    "LocationDocument",
    "LocationRepository",
    "StockDocument",
    "StockLogDocument",
    "StockRepository",
    "holds_any",
    "lies_at",
    "limited",
    "not_logged",
    "room_for",
]
