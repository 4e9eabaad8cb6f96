"""What a change of an order comes to, as the API and the pages show it before and after it is made."""

from __future__ import annotations

from typing import Any

from spoeq_core.inventory import service as inventory
from spoeq_core.orders.model import Order
from spoeq_core.pricing.shape import money
from spoeq_core.shop import Shop
from spoeq_core.web.languages import translate


async def edit_view(shop: Shop, order: Order) -> dict[str, Any]:
    """The order's last change: money before and after, what is due or to be given back, and what it does to stock."""
    change, currency = order.changes[-1], order.currency
    steps = {**change.taken, **{sku: -pieces for sku, pieces in change.released.items()}}
    stocks = await inventory.stock_of(shop, list(steps))
    return {
        "id": change.id,
        "words": [translate(words) for words in change.words],
        "before": money(change.before, currency),
        "after": money(change.after, currency),
        "difference": money(change.after - change.before, currency),
        "due": money(order.due, currency),
        "refund_due": money(order.overpaid, currency),
        "stock": [
            {"sku": sku, "delta": -pieces, "available": stocks[sku].available if sku in stocks else 0}
            for sku, pieces in sorted(steps.items())
        ],
    }
