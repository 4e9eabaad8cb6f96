"""What a sale is, what a piece costs by the sales, and what it cost before."""

from spoeq_sale_prices.model.history import (
    WINDOW,
    Point,
    Span,
    compacted,
    lowest_before,
    reduced_since,
    spans,
)
from spoeq_sale_prices.model.sale import Kind, Piece, Sale, SaleState, best, boundaries, price_under, reduction

__all__ = [
    "WINDOW",
    "Kind",
    "Piece",
    "Point",
    "Sale",
    "SaleState",
    "Span",
    "best",
    "boundaries",
    "compacted",
    "lowest_before",
    "price_under",
    "reduced_since",
    "reduction",
    "spans",
]
