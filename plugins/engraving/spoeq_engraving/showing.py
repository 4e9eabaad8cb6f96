"""What shoppers and staff are shown of an engraving beside its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spoeq_core.sdk import Fragment, Order, Shop, money, order_for
from spoeq_engraving.model import NAME, engravable

PRODUCT = "product.above_buy"
ORDER = "admin.order.main"
SLOTS = (PRODUCT, ORDER)
OUT = "out"
View = Mapping[str, Any]


def offer(shop: Shop, page: View) -> Sequence[Fragment] | None:
    """What an engraving costs and where it goes, above the field for it."""
    said, chosen = engravable(page["product"]["ext"]), page["selected"]
    if not said.engraved or not chosen or chosen["stock"]["state"] == OUT:
        return None
    price = money(said.price, shop.profile.currency) if said.price else None
    return [Fragment("engraving/offer.html", {"price": price, "where": said.where, "most": said.most}, weight=80)]


async def to_engrave(shop: Shop, page: View) -> Sequence[Fragment] | None:
    """What is to be engraved on which pieces of an order, and where."""
    wanted = [item for item in page["order"]["items"] if item["properties"].get(NAME)]
    if not wanted:
        return None
    order = await order_for(shop, page["order"]["id"], staff=True)
    places = _places(order)
    rows = [
        {
            "name": item["name"],
            "sku": item["sku"],
            "quantity": item["quantity"],
            "words": item["properties"][NAME],
            "where": places.get(item["id"], ""),
        }
        for item in wanted
    ]
    return [Fragment("engraving/order.html", {"rows": rows}, weight=20)]


def _places(order: Order) -> dict[str, str]:
    """Where each line is engraved, as it was said when the order was placed."""
    lines = [item["line"] for item in order.priced["lines"]]
    return {line["id"]: engravable(line.get("ext") or {}).where for line in lines}
