"""How orders that count and their pairs are kept. Shard key of both: `_id`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import BulkWriteError

from spoeq_core.sdk import Repository, new_id
from spoeq_recommendations.model import MOST_ORDERS, KeptBasket, Neighbours

DUPLICATE = 11000


def _basket_indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("products", ASCENDING), ("at", DESCENDING)], name="with_product"),
        IndexModel([("fresh", ASCENDING)], name="fresh", sparse=True),
        IndexModel([("expires_at", ASCENDING)], name="expiry", expireAfterSeconds=0),
    ]


class BasketDocument(Model):
    """What was bought together in an order. `fresh` is there only while its pairs wait to be counted."""

    model_config = {"collection": "recommendation_baskets", "indexes": _basket_indexes}

    id: str = Field(primary_field=True)
    products: list[str]
    at: datetime
    expires_at: datetime
    sold: bool
    fresh: str | None = None
    version: int = 1


class NeighboursDocument(Model):
    """What goes with a product, never more than `MOST_NEIGHBOURS` of them."""

    model_config = {
        "collection": "recommendation_pairs",
        "indexes": lambda: [IndexModel([("best", DESCENDING), ("_id", ASCENDING)], name="best")],
    }

    id: str = Field(primary_field=True)
    together: list[dict[str, Any]] = []
    best: int = 0
    hidden: list[str] = []
    counted_at: datetime | None = None
    version: int = 1


class BasketRepository(Repository[KeptBasket]):
    """The orders that count."""

    document = BasketDocument
    model = KeptBasket

    async def sold(self, baskets: Sequence[KeptBasket]) -> None:
        """Keep what is not there yet; what is known, cancelled or not, stays as it is."""
        await self._add([{**self.to_document(basket), "fresh": new_id()} for basket in baskets])

    async def cancelled(self, baskets: Sequence[KeptBasket]) -> None:
        """Take sales back, those too that nobody has told of yet: they are never sold after this."""
        await self._add([{**_without_fresh(self.to_document(basket)), "sold": False} for basket in baskets])
        mine = {"_id": {"$in": [basket.id for basket in baskets]}, "sold": True}
        await self.collection.update_many(mine, {"$set": {"sold": False, "fresh": new_id()}})

    async def fresh(self, limit: int) -> list[KeptBasket]:
        """Some of those whose pairs wait to be counted, the oldest first."""
        return await self.find({"fresh": {"$gt": ""}}, sort=[("fresh", ASCENDING)], limit=limit)

    async def counted(self, baskets: Iterable[KeptBasket]) -> None:
        """Their pairs are counted, unless they have changed meanwhile."""
        for basket in baskets:
            await self.collection.update_one({"_id": basket.id, "fresh": basket.fresh}, {"$unset": {"fresh": ""}})

    async def with_product(self, product_id: str) -> list[Sequence[str]]:
        """What was sold with a product, order by order, the newest first."""
        query = {"products": product_id, "sold": True, "expires_at": {"$gt": self._clock.now()}}
        cursor = self.collection.find(query, {"products": 1}).sort([("at", DESCENDING)]).limit(MOST_ORDERS)
        return [raw["products"] async for raw in cursor]

    async def product_ids(self) -> set[str]:
        """Every product that was sold with another one."""
        return set(await self.collection.distinct("products", {"sold": True}))

    async def forget_old(self) -> None:
        """Delete what counts no longer, for databases that do not do so by themselves."""
        await self.collection.delete_many({"expires_at": {"$lt": self._clock.now()}})

    async def _add(self, raws: Sequence[dict[str, Any]]) -> None:
        try:
            if raws:
                await self.collection.insert_many(raws, ordered=False)
        except BulkWriteError as error:
            if any(item.get("code") != DUPLICATE for item in error.details["writeErrors"]):
                raise


class NeighboursRepository(Repository[Neighbours]):
    """What goes with what."""

    document = NeighboursDocument
    model = Neighbours
    public = True

    async def hide(self, product_id: str, other: str, *, hidden: bool) -> None:
        """Do not show one beside the other any more, or show it again; both ways round."""
        verb = "$addToSet" if hidden else "$pull"
        for one, its in ((product_id, other), (other, product_id)):
            update = {verb: {"hidden": its}, "$inc": {"version": 1}}
            await self.collection.update_one({"_id": one}, update, upsert=True)

    async def product_ids(self) -> set[str]:
        """The products that have neighbours."""
        return {raw["_id"] async for raw in self.collection.find({"best": {"$gt": 0}}, {"_id": 1})}

    async def frequent(self, ids: Sequence[str] | None, *, skip: int, limit: int) -> list[Neighbours]:
        """Those with the most frequent pairs, of all products or of some."""
        query = {"best": {"$gt": 0}, **({} if ids is None else {"_id": {"$in": list(ids)}})}
        return await self.find(query, sort=[("best", DESCENDING), ("_id", ASCENDING)], skip=skip, limit=limit)

    async def forget(self, product_id: str) -> None:
        """A product is gone."""
        await self.collection.delete_one({"_id": product_id})


def _without_fresh(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "fresh"}
