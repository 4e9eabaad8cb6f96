"""How products are kept.

Shard key of products: `{_id: "hashed"}`. A sharded catalogue cannot keep the unique indexes on slug and SKU, so such a
shop leaves the collection unsharded; a catalogue fits one shard.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from odmantic import Field, Model
from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import BulkWriteError

from spoeq_core.catalog.documents.rows import ROW_FIELDS, row_of
from spoeq_core.catalog.events import ProductRated
from spoeq_core.catalog.model import (
    OUT,
    Brand,
    Product,
    ProductAddress,
    ProductStatus,
    Row,
    attributes_of,
    search_words,
)
from spoeq_core.extensions.facets import ExtensionFacet
from spoeq_core.kernel.errors import Conflict
from spoeq_core.kernel.events import to_pending
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document, Repository, SortKey, plain

BESIDE = ("stock_states", "rating_average", "rating_count", "rating_stars", "sold_count", "reductions", "reduced")
"""Fields that other rooms write on their own, without the version: saving a product must not put old values back."""
INSERT_BATCH = 500
NEWEST: Sequence[SortKey] = (("created_at", DESCENDING), ("_id", DESCENDING))
"""What lists are sorted by last."""
LIST_ORDERS: Sequence[Sequence[SortKey]] = (
    (),
    (("lowest_price", ASCENDING),),
    (("lowest_price", DESCENDING),),
    (("sold_count", DESCENDING),),
)
"""What long lists are sorted by, so that the database reads a page of them and no more."""


def _product_indexes() -> Sequence[IndexModel]:
    single = ("brand_id", "tags", "attributes", "words", "rating_average", "touched", "reduced")
    return [
        IndexModel([("slug", ASCENDING)], unique=True),
        IndexModel(
            [("variants.sku", ASCENDING)], unique=True, partialFilterExpression={"variants.sku": {"$exists": True}}
        ),
        IndexModel([("variants.sku", DESCENDING)]),  # the embedded server looks nothing up by a partial index
        IndexModel([("category_ids", ASCENDING), ("status", ASCENDING), ("sold_count", DESCENDING)]),
        *(IndexModel([("status", ASCENDING), *order, *NEWEST]) for order in LIST_ORDERS),
        *(IndexModel([(name, ASCENDING)]) for name in single),
        IndexModel([("pending_events.at", ASCENDING)], sparse=True),
    ]


class ProductDocument(Model):
    """A product.

    `words`, `attributes` and `lowest_price` are derived with each save, `in_stock` with each state, `reduced` and the
    `lowest_price` of now with each reduction. `touched` is a new
    ULID with each write of anything that lists look at: by it search engines find what changed.
    """

    model_config = {"collection": "products", "indexes": _product_indexes}

    id: str = Field(primary_field=True)
    slug: str
    name: str
    description: str = ""
    status: str
    brand_id: str | None = None
    brand_name: str = ""
    brand_slug: str = ""
    category_ids: list[str] = []
    tags: list[str] = []
    specs: dict[str, str] = {}
    options: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    images: list[dict[str, Any]] = []
    declarations: dict[str, str] = {}
    hsn: str = ""
    dimensions_mm: list[int] | None = None
    badges: list[str] = []
    ext: dict[str, Any] = {}
    words: list[str] = []
    attributes: list[str] = []
    lowest_price: int = 0
    stock_states: dict[str, str] = {}
    in_stock: bool = False
    rating_average: float = 0.0
    rating_count: int = 0
    rating_stars: list[int] = []
    sold_count: int = 0
    reductions: dict[str, Any] = {}
    reduced: bool = False
    touched: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None
    pending_events: list[dict[str, Any]] = []


class ProductRepository(Repository[Product]):
    """The products of the shop."""

    document = ProductDocument
    model = Product
    public = True
    differing = Repository.differing | {"touched", "lowest_price"}

    def to_document(self, aggregate: Product) -> Document:
        """The stored form with what lists search, filter and sort by; without the fields that others write."""
        raw = super().to_document(aggregate)
        raw["words"] = search_words(aggregate)
        raw["attributes"] = attributes_of(aggregate)
        raw["lowest_price"] = aggregate.lowest_price_at(self._clock.now())
        raw["touched"] = new_id()
        for name in (*BESIDE, "in_stock", "pending_events"):
            del raw[name]
        return raw

    async def insert_all(self, products: Sequence[Product]) -> None:
        """Store many new products, in batches, telling nobody.

        Raises:
            Conflict: the first whose id, slug or SKU is taken; those before it are stored.
        """
        for start in range(0, len(products), INSERT_BATCH):
            part = products[start : start + INSERT_BATCH]
            batch = [self.first_document(product) for product in part]
            try:
                await self.collection.insert_many(batch)
            except BulkWriteError as error:
                slug = batch[error.details["writeErrors"][0]["index"]]["slug"]
                raise Conflict(
                    message("Product “%(name)s” has an id, a slug or a SKU that is taken.", name=slug),
                    code="duplicate",
                    hint="The products before it are stored; leave those out, mend this one, and import the rest.",
                ) from None

    async def rows(self, query: Document, limit: int, facets: Sequence[ExtensionFacet] = ()) -> list[Row]:
        """What lists are counted and sorted by, of at most `limit` products that match, fields of plugins too."""
        wanted = dict.fromkeys((*ROW_FIELDS, *(facet.path for facet in facets)), 1)
        found = self.collection.find(query, wanted, limit=limit, batch_size=limit)
        return [row_of(raw, facets) for raw in await found.to_list(None)]

    async def feed(
        self, query: Document, facets: Sequence[ExtensionFacet] = ()
    ) -> AsyncIterator[tuple[Product, Row, str]]:
        """What search engines are to know of the products that match, each with its `touched`, one by one."""
        async for raw in self.collection.find(query, batch_size=INSERT_BATCH):
            row, touched = row_of(raw, facets), raw.get("touched", "")
            yield self._loaded(raw), row, touched

    async def touches(self, query: Document, *, limit: int = 0) -> AsyncIterator[tuple[str, str, bool]]:
        """Id, `touched` and whether it is active, of products that match; with a limit the ones touched first."""
        found = self.collection.find(query, {"touched": 1, "status": 1}, batch_size=INSERT_BATCH)
        if limit:
            found = found.sort([("touched", ASCENDING)]).limit(limit)
        async for raw in found:
            yield raw["_id"], raw.get("touched", ""), raw["status"] == ProductStatus.ACTIVE.value

    async def by_ids(self, ids: Sequence[str]) -> list[Product]:
        """The products of the ids that exist, in the order given."""
        found = {product.id: product for product in await self.find({"_id": {"$in": list(ids)}})}
        return [found[key] for key in ids if key in found]

    async def addresses(self) -> AsyncIterator[ProductAddress]:
        """Where the active products are found, in no order: sorting them all would cost the most of it."""
        wanted = {"slug": 1, "category_ids": 1, "updated_at": 1, "created_at": 1}
        async for raw in self.collection.find({"status": ProductStatus.ACTIVE.value}, wanted, batch_size=INSERT_BATCH):
            changed_at = raw.get("updated_at") or raw.get("created_at")
            yield ProductAddress(raw["slug"], tuple(raw.get("category_ids", ())), changed_at)

    async def taken_slugs(self, slugs: Sequence[str], *, besides: str = "") -> set[str]:
        """Those of the slugs that another product has."""
        query = {"slug": {"$in": list(slugs)}, "_id": {"$ne": besides}}
        return {raw["slug"] async for raw in self.collection.find(query, {"slug": 1})}

    async def taken_skus(self, skus: Sequence[str], *, besides: str = "") -> set[str]:
        """Those of the SKUs that another product has."""
        query = {"variants.sku": {"$in": list(skus)}, "_id": {"$ne": besides}}
        found = self.collection.find(query, {"variants.sku": 1})
        return {variant["sku"] async for raw in found for variant in raw["variants"]} & set(skus)

    async def slugs_by_sku(self, skus: Sequence[str] | None) -> dict[str, str]:
        """The slug of the product that has the SKU, for those of the SKUs that there are; None: for all there are."""
        query = {} if skus is None else {"variants.sku": {"$in": list(skus)}}
        found = self.collection.find(query, {"slug": 1, "variants.sku": 1}, batch_size=5_000)
        return {variant["sku"]: raw["slug"] async for raw in found for variant in raw["variants"]}

    def first_document(self, aggregate: Product) -> Document:
        """The stored form of a new product: with its stock states."""
        return self.to_document(aggregate) | _stock_fields(aggregate.stock_states)

    async def set_stock_states(self, states: Mapping[str, Mapping[str, str]]) -> None:
        """Keep the stock states of whole products, `{product id: {sku: state}}`, beside their versions."""
        writes = [UpdateOne({"_id": key}, {"$set": _stock_fields(of) | _touch()}) for key, of in states.items()]
        for start in range(0, len(writes), INSERT_BATCH):
            await self.collection.bulk_write(writes[start : start + INSERT_BATCH], ordered=False)

    async def set_ratings(self, ratings: Mapping[str, Sequence[int]]) -> list[str]:
        """Keep how many gave one to five stars, `{product id: counts}`, beside the versions; whose it changed."""
        asked = [{"_id": key, "rating_stars": {"$ne": list(stars)}} for key, stars in ratings.items()]
        changing = [raw["_id"] async for raw in self.collection.find({"$or": asked}, {"_id": 1})]
        now = self._clock.now()
        writes = [
            UpdateOne(
                {"_id": key, "rating_stars": {"$ne": list(ratings[key])}},
                {
                    "$set": rating_fields(ratings[key]) | _touch(),
                    "$push": {"pending_events": to_pending(ProductRated(product_id=key), now)},
                },
            )
            for key in changing
        ]
        if writes:
            await self.collection.bulk_write(writes, ordered=False)
            await self.announce(changing)
        return changing

    async def priced(self, query: Document, after: str, limit: int) -> list[tuple[Product, str, int]]:
        """Products that match, by id from that one on, each with its `touched` and the price that lists sort it by."""
        asked = {"$and": [query, {"_id": {"$gt": after}}]}
        found = self.collection.find(asked).sort([("_id", ASCENDING)]).limit(limit)
        return [(self._loaded(raw), raw.get("touched", ""), raw.get("lowest_price", 0)) async for raw in found]

    async def set_reductions(self, changes: Sequence[tuple[Product, str]], at: datetime) -> int:
        """Keep the reductions of products that nobody touched since they were read; how many that were."""
        writes = [
            UpdateOne(
                {"_id": product.id, "touched": touched},
                {
                    "$set": {
                        "reductions": plain(product.reductions),
                        "reduced": bool(product.reductions),
                        "lowest_price": product.lowest_price_at(at),
                    }
                    | _touch()
                },
            )
            for product, touched in changes
        ]
        return int((await self.collection.bulk_write(writes, ordered=False)).matched_count) if writes else 0

    async def add_sold(self, pieces: Mapping[str, int]) -> None:
        """Count pieces sold, `{product id: pieces}`."""
        writes = [UpdateOne({"_id": key}, {"$inc": {"sold_count": n}, "$set": _touch()}) for key, n in pieces.items()]
        if writes:
            await self.collection.unobserved.bulk_write(writes, ordered=False)  # pages need not follow at once

    async def rename_brand(self, brand: Brand) -> None:
        """Keep a brand's name and slug in its products in step."""
        query = {"brand_id": brand.id}
        fields = {"brand_name": brand.name, "brand_slug": brand.slug}
        await self.collection.update_many(query, {"$set": fields | _touch()})


def rating_fields(stars: Sequence[int]) -> Document:
    """What is kept of how many gave one to five stars."""
    count = sum(stars)
    total = sum(number * given for number, given in enumerate(stars, start=1))
    return {"rating_stars": list(stars), "rating_count": count, "rating_average": total / count if count else 0.0}


def _stock_fields(states: Mapping[str, str]) -> Document:
    return {"stock_states": dict(states), "in_stock": any(state != OUT for state in states.values())}


def _touch() -> Document:
    return {"touched": new_id()}
