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
from spoeq_core.inventory.service.leaving import receive_return, ship, unship
from spoeq_core.inventory.service.locations import (
    LocationChanges,
    change_location,
    create_location,
    get_location,
    locations,
    place_to_pack,
    place_to_return,
    require_location,
)
from spoeq_core.inventory.service.moving import release, reserve
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
from spoeq_core.inventory.service.transferring import transfer

__all__ = [
    "Count",
    "LocationChanges",
    "NewStock",
    "Sellable",
    "Violation",
    "adjust",
    "begin_stocks",
    "book_counts",
    "book_first",
    "change_location",
    "check_invariants",
    "compact_log",
    "create_location",
    "create_stock",
    "create_stocks",
    "ensure_stock",
    "get_location",
    "get_stock",
    "hold_less",
    "hold_more",
    "import_products",
    "list_stock",
    "locations",
    "log_of",
    "name_of",
    "open_holds",
    "place_to_pack",
    "place_to_return",
    "receive_return",
    "refresh_states",
    "release",
    "require_location",
    "reserve",
    "retire_stock",
    "sellable",
    "sellable_beside",
    "ship",
    "shown_stock",
    "stock_of",
    "tell_missed",
    "transfer",
    "unhold",
    "unship",
    "waiting_for",
]
