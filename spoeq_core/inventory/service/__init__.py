"""What the rest of the shop asks of inventory."""

from spoeq_core.inventory.service.adjusting import adjust
from spoeq_core.inventory.service.checking import Violation, check_invariants, open_holds
from spoeq_core.inventory.service.counting import Count, book_counts, book_first
from spoeq_core.inventory.service.holding import hold_less, hold_more, unhold
from spoeq_core.inventory.service.keeping import (
    NewStock,
    begin_stocks,
    compact_log,
    create_stock,
    create_stocks,
    ensure_stock,
    import_products,
    name_of,
    refresh_states,
    retire_stock,
)
from spoeq_core.inventory.service.moving import receive_return, release, reserve, ship, unship
from spoeq_core.inventory.service.reading import (
    Sellable,
    get_stock,
    list_stock,
    log_of,
    sellable,
    sellable_beside,
    stock_of,
    waiting_for,
)
from spoeq_core.inventory.service.shown import shown_stock
from spoeq_core.inventory.service.telling import tell_missed

__all__ = [
    "Count",
    "NewStock",
    "Sellable",
    "Violation",
    "adjust",
    "begin_stocks",
    "book_counts",
    "book_first",
    "check_invariants",
    "compact_log",
    "create_stock",
    "create_stocks",
    "ensure_stock",
    "get_stock",
    "hold_less",
    "hold_more",
    "import_products",
    "list_stock",
    "log_of",
    "name_of",
    "open_holds",
    "receive_return",
    "refresh_states",
    "release",
    "reserve",
    "retire_stock",
    "sellable",
    "sellable_beside",
    "ship",
    "shown_stock",
    "stock_of",
    "tell_missed",
    "unhold",
    "unship",
    "waiting_for",
]
