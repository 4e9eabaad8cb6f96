"""An open shop with goods, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.hooks.contributions import LineProperty
from spoeq_core.kernel.clock import FixedClock, to_milliseconds
from spoeq_core.pricing.model import Adjustment, Declined, Fixed, OnOrder, Phase, PricingCart, Reason
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import plugin, stock_up


def engraving() -> object:
    def register_line_properties() -> Sequence[LineProperty]:
        return [LineProperty("engraving", "Engraving", max_length=12, pattern="[A-Za-z ]+", hint="letters only")]

    return plugin("engraving", register_line_properties=register_line_properties)


def tenner() -> object:
    """The code TEN takes ten rupees off, from two pieces on."""

    async def price_adjustments(cart: PricingCart, phase: Phase) -> Sequence[Adjustment | Declined]:
        codes = [code for code in cart.codes if code.casefold() == "ten"] if phase is Phase.ORDER else []
        pieces = sum(line.quantity for line in cart.lines)
        if not codes:
            return []
        if pieces < 2:
            return [Declined("ten", Reason("coupon_minimum", "From two pieces on."), codes[0])]
        return [Adjustment("ten", "TEN", OnOrder(), Fixed(1000), lane="coupon", code=codes[0])]

    return plugin("tenner", price_adjustments=price_adjustments)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(to_milliseconds(datetime.now(UTC)))


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[Shop]:
    async with shop_with(engraving(), tenner(), servers=servers, data_dir=tmp_path, clock=clock) as opened:
        await stock_up(opened, {"KURTA": 10, "DIYA": 500})
        yield opened
