"""How coupons are stored."""

from __future__ import annotations

from datetime import datetime

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.sdk import Repository
from spoeq_coupons.model import Coupon


class CouponDocument(Model):
    """One coupon; `_id` is the folded code, so that a code is given out once."""

    model_config = {
        "collection": "coupons",
        "indexes": lambda: [IndexModel([("created_at", -1)], name="newest")],
    }

    id: str = Field(primary_field=True)
    code: str
    type: str
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
    description: str = ""
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CouponRepository(Repository[Coupon]):
    """Keeps coupons."""

    document = CouponDocument
    model = Coupon
