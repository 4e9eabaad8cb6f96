"""How coupons are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from odmantic import Field, Model
from pymongo import IndexModel
from pymongo.errors import BulkWriteError

from spoeq_core.sdk import Repository, plain
from spoeq_coupons.model import Coupon
from spoeq_coupons.model.codes import SingleUseCode

LAST = "\uffff"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_SHOWN = 50
MOST_AUTOMATIC = 100
DUPLICATE = 11000


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("created_at", -1)], name="newest"),
        IndexModel([("code", 1)], name="code"),
        IndexModel([("shown", 1)], name="shown", partialFilterExpression={"shown": True}),
        IndexModel([("automatic", 1)], name="automatic", partialFilterExpression={"automatic": True}),
    ]


class CouponDocument(Model):
    """One coupon; `_id` is the folded code, so that a code is given out once. Shard key: `_id`."""

    model_config = {"collection": "coupons", "indexes": _indexes}

    id: str = Field(primary_field=True)
    code: str
    type: str
    serial: str = ""
    currency: str = ""
    percent: str = "0"
    amount: int = 0
    buy: int = 0
    get: int = 0
    tiers: list[dict[str, Any]] = []
    max_discount: int | None = None
    min_order: int = 0
    max_uses: int | None = None
    per_user_limit: int | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    active: bool = True
    combinable: bool = False
    shown: bool = False
    description: str = ""
    automatic: bool = False
    title: str = ""
    lane: str = "coupon"
    priority: int = 0
    exclusive: bool = False
    products: list[str] = []
    categories: list[str] = []
    brands: list[str] = []
    payment_methods: list[str] = []
    first_order: bool = False
    signed_in: bool = False
    segments: list[str] = []
    single_use: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CodeDocument(Model):
    """A single-use code; `_id` is the code. Shard key: `_id`."""

    model_config = {"collection": "coupon_codes", "indexes": lambda: [IndexModel([("batch", 1), ("job", 1), ("n", 1)])]}

    id: str = Field(primary_field=True)
    batch: str
    serial: str
    job: str
    n: int
    created_at: datetime
    version: int = 1


class CouponRepository(Repository[Coupon]):
    """Keeps coupons; each page of the shop links to those that are shown."""

    document = CouponDocument
    model = Coupon
    public = True

    async def shown(self) -> list[Coupon]:
        """Those that shoppers are shown, newest first and fifty at most."""
        return await self.find({"shown": True}, sort=[("created_at", -1), ("code", 1)], limit=MOST_SHOWN)

    async def automatic(self) -> list[Coupon]:
        """Those that apply without a code, the oldest first and a hundred at most."""
        order = [("created_at", 1), ("code", 1)]
        return await self.find({"automatic": True, "active": True}, sort=order, limit=MOST_AUTOMATIC)

    async def by_ids(self, ids: Sequence[str]) -> dict[str, Coupon]:
        """Those of the coupons that exist, by id."""
        return {coupon.id: coupon for coupon in await self.find({"_id": {"$in": sorted(set(ids))}})} if ids else {}

    async def newest(self, beginning: str, *, page: int, per_page: int) -> tuple[list[Coupon], int]:
        """A page of those whose code begins so, newest first, and how many there are."""
        query: dict[str, Any] = {"created_at": {"$gt": EARLIEST}}
        if beginning:
            query = {"code": {"$gte": beginning, "$lt": beginning + LAST}}
        order = [("created_at", -1), ("code", 1)]
        found = await self.find(query, sort=order, skip=(page - 1) * per_page, limit=per_page)
        return found, await self.count(query)


class CodeRepository(Repository[SingleUseCode]):
    """Keeps single-use codes."""

    document = CodeDocument
    model = SingleUseCode

    async def add(self, codes: Sequence[SingleUseCode]) -> None:
        """Store those that are not stored yet."""
        raw = [{("_id" if name == "id" else name): value for name, value in plain(code).items()} for code in codes]
        try:
            await self.collection.insert_many(raw, ordered=False)
        except BulkWriteError as error:
            if any(failed.get("code") != DUPLICATE for failed in error.details["writeErrors"]):
                raise
