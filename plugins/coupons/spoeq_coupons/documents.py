"""How coupons are stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.sdk import Repository
from spoeq_coupons.model import Coupon

LAST = "\uffff"
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_SHOWN = 50


def _indexes() -> Sequence[IndexModel]:
    return [
        IndexModel([("created_at", -1)], name="newest"),
        IndexModel([("code", 1)], name="code"),
        IndexModel([("shown", 1)], name="shown", partialFilterExpression={"shown": True}),
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
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CouponRepository(Repository[Coupon]):
    """Keeps coupons; each page of the shop links to those that are shown."""

    document = CouponDocument
    model = Coupon
    public = True

    async def shown(self) -> list[Coupon]:
        """Those that shoppers are shown, newest first and fifty at most."""
        return await self.find({"shown": True}, sort=[("created_at", -1), ("code", 1)], limit=MOST_SHOWN)

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
