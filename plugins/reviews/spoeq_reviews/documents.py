"""How reviews are kept: one document each, with who voted inside it, so that a vote is one conditional write."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel

from spoeq_core.sdk import Conflict, Repository
from spoeq_reviews.model import LEASE, STARS, Filter, Invitation, Order, Page, Review, State

Document = dict[str, Any]
BESIDE: Final = ("helpful", "reports", "reported_as", "voters", "reporters")
"""Fields that votes write on their own, without the version: saving a review must not put old values back."""
LISTS: Final = {"voters": 0, "reporters": 0}
MOST_VOTES: Final = 5000
"""So many votes are counted, and so many reports: a document must not grow without end."""
SORTS: Final[Mapping[Order, Sequence[tuple[str, int]]]] = {
    Order.NEWEST: (("created_at", DESCENDING), ("_id", DESCENDING)),
    Order.HELPFUL: (("helpful", DESCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)),
    Order.HIGHEST: (("rating", DESCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)),
    Order.LOWEST: (("rating", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)),
}


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("product_id", ASCENDING), ("state", ASCENDING), ("created_at", DESCENDING)]),
        IndexModel([("state", ASCENDING), ("created_at", DESCENDING)]),
        IndexModel([("author", ASCENDING), ("created_at", DESCENDING)]),
        IndexModel([("reports", DESCENDING)]),
        IndexModel([("pending_events.at", ASCENDING)], sparse=True),
    ]


class ReviewDocument(Model):
    """A review. Shard key: `product_id`; `_id` is made of product and author, so that it is unique all the same."""

    model_config = {"collection": "reviews", "indexes": _indexes}

    id: str = Field(primary_field=True)
    product_id: str
    author: str
    customer_id: str
    name: str
    rating: int
    title: str
    body: str
    state: str
    created_at: datetime
    language: str = ""
    verified: bool = False
    order_id: str = ""
    photos: list[dict[str, Any]] = []
    reason: str = ""
    reply: dict[str, Any] | None = None
    helpful: int = 0
    reports: int = 0
    reported_as: dict[str, int] = {}
    voters: list[str] = []
    reporters: list[str] = []
    edited_at: datetime | None = None
    published_at: datetime | None = None
    version: int = 1
    pending_events: list[dict[str, Any]] = []


class InvitationDocument(Model):
    """An order whose buyer is to be asked. Shard key: `_id`."""

    model_config = {
        "collection": "review_invitations",
        "indexes": lambda: [
            IndexModel([("done_at", ASCENDING), ("due", ASCENDING)], name="queue"),
            IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
        ],
    }

    id: str = Field(primary_field=True)
    due: datetime
    claimed_until: datetime
    expires_at: datetime
    done_at: datetime | None = None
    version: int = 1


class ReviewRepository(Repository[Review]):
    """The reviews. Votes are written unobserved: pages that were kept count them a little later."""

    document = ReviewDocument
    model = Review
    public = True

    def to_document(self, aggregate: Review) -> Document:
        """The stored form, without what votes write."""
        raw = super().to_document(aggregate)
        for name in BESIDE:
            del raw[name]
        return raw

    async def stream(
        self, query: Document, *, sort: Sequence[tuple[str, int]] = (), skip: int = 0, limit: int = 0
    ) -> AsyncIterator[Review]:
        """The reviews that match, without the lists of who voted."""
        cursor = self.collection.find(query, LISTS)
        if sort:
            cursor = cursor.sort(list(sort))
        async for raw in cursor.skip(skip).limit(limit):
            yield self._loaded(raw)

    async def page(self, wanted: Filter, number: int, per_page: int, total: int | None = None) -> Page:
        """A page of those that match; `total` spares the counting where it is known."""
        query = _query(wanted)
        found = await self.find(query, sort=SORTS[wanted.order], skip=(number - 1) * per_page, limit=per_page)
        return Page(tuple(found), await self.count(query) if total is None else total, number, per_page)

    async def stars(self, product_ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """How many shown reviews gave one star, two, … five, of each of the products."""
        found = {key: dict.fromkeys(STARS, 0) for key in product_ids}
        match = {"product_id": {"$in": list(product_ids)}, "state": State.PUBLISHED.value}
        group = {"_id": {"product": "$product_id", "rating": "$rating"}, "count": {"$sum": 1}}
        async for raw in self.collection.aggregate([{"$match": match}, {"$group": group}]):
            found[raw["_id"]["product"]][raw["_id"]["rating"]] = raw["count"]
        return {key: tuple(counts[star] for star in STARS) for key, counts in found.items()}

    async def reviewed_products(self) -> list[str]:
        """The products that anybody ever reviewed."""
        return [str(key) for key in await self.collection.distinct("product_id")]

    async def counts(self) -> dict[str, int]:
        """How many there are in each state, and how many shown ones were reported ("reported")."""
        steps = [{"$group": {"_id": "$state", "count": {"$sum": 1}}}]
        found = {raw["_id"]: raw["count"] async for raw in self.collection.aggregate(steps)}
        reported = await self.count(_query(Filter(reported=True)))
        return {**{state.value: found.get(state.value, 0) for state in State}, "reported": reported}

    async def add_voice(self, review_id: str, who: str, voices: str, *counts: str) -> bool:
        """Count somebody's vote on a shown review, once; whether it was not counted before."""
        count = counts[0]
        new = {
            "_id": review_id,
            "state": State.PUBLISHED.value,
            voices: {"$ne": who},
            count: {"$not": {"$gte": MOST_VOTES}},
        }
        result = await self.collection.unobserved.update_one(
            new, {"$push": {voices: who}, "$inc": dict.fromkeys(counts, 1)}
        )
        return bool(result.modified_count)

    async def take_voice(self, review_id: str, who: str) -> bool:
        """Take somebody's vote back; whether there was one."""
        counted = {"_id": review_id, "voters": who}
        result = await self.collection.unobserved.update_one(
            counted, {"$pull": {"voters": who}, "$inc": {"helpful": -1}}
        )
        return bool(result.modified_count)

    async def has_voice(self, review_id: str, who: str) -> bool:
        """Whether somebody found it helpful."""
        return bool(who) and await self.count({"_id": review_id, "voters": who}) > 0

    async def clear_reports(self, review_id: str, seen: int) -> None:
        """Staff have looked at so many reports; who reported cannot do it again."""
        await self.collection.update_one(
            {"_id": review_id, "reports": seen}, {"$set": {"reports": 0, "reported_as": {}}}
        )

    async def clear_voices(self, review_id: str) -> None:
        """Begin anew: the text that was voted on is gone."""
        await self.collection.update_one({"_id": review_id}, {"$set": _NOBODY})

    async def bury(self, review_id: str) -> None:
        """Remove a deleted review, unless it was written anew meanwhile."""
        await self.collection.delete_one({"_id": review_id, "state": State.DELETED.value})

    async def bury_all(self) -> None:
        """Remove the deleted reviews that nobody was told of, since the plugin was off."""
        await self.collection.delete_many({"state": State.DELETED.value})


class InvitationRepository(Repository[Invitation]):
    """Who is to be asked how it was."""

    document = InvitationDocument
    model = Invitation

    async def add(self, invitation: Invitation) -> None:
        """Note it; nothing if the order has one already."""
        try:
            await self.insert(invitation)
        except Conflict:
            return

    async def due(self, limit: int) -> list[Invitation]:
        """Those whose time has come and that nobody is sending."""
        now = self._clock.now()
        query = {"done_at": None, "due": {"$lte": now}, "claimed_until": {"$lte": now}}
        return await self.find(query, sort=[("due", ASCENDING)], limit=limit)

    async def claim(self, order_id: str) -> bool:
        """Take the right to send it; whether nobody else had it."""
        now = self._clock.now()
        mine = {"_id": order_id, "done_at": None, "claimed_until": {"$lte": now}}
        result = await self.collection.update_one(mine, {"$set": {"claimed_until": now + LEASE}})
        return bool(result.matched_count)

    async def done(self, order_id: str) -> None:
        """It was sent, or is needless."""
        await self.collection.update_one({"_id": order_id}, {"$set": {"done_at": self._clock.now()}})


_NOBODY: Final[Document] = {"helpful": 0, "reports": 0, "reported_as": {}, "voters": [], "reporters": []}


def _query(wanted: Filter) -> Document:
    found: Document = {"state": wanted.state.value if wanted.state else {"$ne": State.DELETED.value}}
    if wanted.reported:
        found = {"state": State.PUBLISHED.value, "reports": {"$gt": 0}}
    if wanted.product_id:
        found["product_id"] = wanted.product_id
    if wanted.author:
        found["author"] = wanted.author
    if wanted.stars:
        found["rating"] = wanted.stars
    if wanted.q:
        text = {"$regex": re.escape(wanted.q), "$options": "i"}
        found["$or"] = [{"title": text}, {"body": text}, {"name": text}]
    return found
