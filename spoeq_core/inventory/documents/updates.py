"""How movements are written, and the conditions they are written under."""

from __future__ import annotations

from collections import Counter

from spoeq_core.inventory.model import HOME, Movement, Reason, Stock
from spoeq_core.kernel.mongo import Document, plain

WITHOUT_LOG = {"log": 0, "holds": 0, "pending_events": 0}
WITHOUT_DERIVED = {"product.words": 0, "product.attributes": 0, "product.pending_events": 0}


def join(collection: str, field: str, name: str) -> Document:
    """The step that puts those documents of a collection under that name whose `_id` the field holds."""
    return {"$lookup": {"from": collection, "localField": field, "foreignField": "_id", "as": name}}


def update_of(*rows: Movement) -> Document:
    """What movements of a SKU write: the counts, where the pieces lie, and the rows of the log."""
    counts: Counter[str] = Counter()
    for row in rows:
        free = row.delta - row.reserved_delta
        counts.update({"on_hand": row.delta, "reserved": row.reserved_delta, "available": free, "headroom": free})
        if row.location != HOME:
            counts.update({"away": row.delta, f"elsewhere.{row.location}": row.delta})
    return {
        "$inc": {**{name: count for name, count in counts.items() if count}, "moves": len(rows)},
        "$push": {"log": {"$each": [entry_of(row) for row in rows]}},
    }


def entry_of(row: Movement) -> Document:
    """The row as it is kept beside the stock of its SKU."""
    entry: Document = plain(row)
    del entry["sku"]
    return entry


def lies_at(stock: Stock, location: str, pieces: int) -> Document:
    """The condition that so many pieces lie at a place; at the main one, if as many lie at the others as there did."""
    if location == HOME:
        return {"on_hand": {"$gte": pieces + stock.away}, "away": stock.away or {"$in": [0, None]}}
    return {f"elsewhere.{location}": {"$gte": pieces}}


def holds_any(location: str) -> Document:
    """The condition that anything lies at a place."""
    if location == HOME:
        return {"$expr": {"$gt": ["$on_hand", {"$ifNull": ["$away", 0]}]}}
    return {f"elsewhere.{location}": {"$gt": 0}}


def limited(stock: Stock) -> Document:
    """The condition that the limit of backorders is what it was; documents from before there was one have none."""
    return {"backorder_limit": stock.backorder_limit or {"$in": [0, None]}}


def room_for(stock: Stock, pieces: int) -> Document:
    """The condition that so many pieces can be promised under the limit that the stock had."""
    return {"available": {"$gte": pieces - stock.backorder_limit}, **limited(stock)}


def not_logged(reason: Reason, ref: str) -> Document:
    """The condition that the recent log has no row of that reason and cause."""
    return {"log": {"$not": {"$elemMatch": {"reason": reason.value, "ref": ref}}}}
