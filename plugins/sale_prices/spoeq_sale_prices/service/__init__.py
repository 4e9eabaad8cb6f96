"""What staff do with sales, what prices follow from them, and what is remembered of prices."""

from spoeq_sale_prices.service.following import compare, follow, follow_product, take_back
from spoeq_sale_prices.service.history import forget_old, forget_product, history_of, lowest_of
from spoeq_sale_prices.service.rules import kept_sales, piece_of, piece_of_line, running_sales
from spoeq_sale_prices.service.staff import (
    PERMISSION,
    create_sale,
    delete_sale,
    find_sale,
    list_sales,
    update_sale,
)

__all__ = [
    "PERMISSION",
    "compare",
    "create_sale",
    "delete_sale",
    "find_sale",
    "follow",
    "follow_product",
    "forget_old",
    "forget_product",
    "history_of",
    "kept_sales",
    "list_sales",
    "lowest_of",
    "piece_of",
    "piece_of_line",
    "running_sales",
    "take_back",
    "update_sale",
]
