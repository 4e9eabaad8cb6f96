"""A running shop with coupons, delivery and payment at the door, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import shop_with
from spoeq_coupons import plugin as coupons
from spoeq_coupons.model import Coupon, CouponType
from spoeq_coupons.service import create_coupon
from tests.shopping import CommandCounter, delivery, door, letters, stock_up

Give = Callable[..., Awaitable[Coupon]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, counter: CommandCounter
) -> AsyncIterator[Shop]:
    plugins = delivery(), door(), letters(), coupons
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened, {"KUR-IND-M": 500, "OTHER": 500})
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), coupons, servers=servers, data_dir=tmp_path, clock=clock) as app:
        await stock_up(app.shop, {"KUR-IND-M": 500, "OTHER": 500})
        yield app


@pytest.fixture
def give() -> Give:
    """Gives out a code: `await give(shop, "TEN", max_uses=3)` is 10% off."""

    async def give_out(shop: Shop, code: str = "TEN", kind: str = "percent", **fields: Any) -> Coupon:
        coupon = Coupon(id=code, code=code, type=CouponType(kind))
        if coupon.type is CouponType.PERCENT:
            coupon = replace(coupon, percent=Decimal(10))
        elif coupon.type is CouponType.FIXED:
            coupon = replace(coupon, amount=10000)
        return await create_coupon(shop, replace(coupon, **fields))

    return give_out
