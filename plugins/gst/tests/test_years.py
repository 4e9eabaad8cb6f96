"""Midnight of 31 March in India, 18:30 UTC: each paper has its own day, year and month, whenever a worker writes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from spoeq_core.catalog.service import update_product
from spoeq_core.checkout.service import place_order
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.orders import service as orders
from spoeq_core.orders.model import Order, OrderStatus
from spoeq_core.orders.service import RefundWish
from spoeq_core.sdk import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import staff_browser
from spoeq_gst import plugin as gst
from spoeq_gst.documents import NumberRepository, PaperRepository
from spoeq_gst.invoices import issue_papers
from spoeq_gst.model import financial_year, indian_date
from spoeq_gst.model.papers import series_of
from tests.shopping import SKU, delivery, door, guest, request_for, stock_up

MIDNIGHT = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
TICK = timedelta(milliseconds=1)
moments = st.datetimes(datetime(2017, 7, 1), datetime(2099, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MIDNIGHT - timedelta(hours=1))


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    async with app_with(delivery(), door(), gst, servers=servers, data_dir=tmp_path, clock=clock) as app:
        kurta = (await stock_up(app.shop, {SKU: 500}))[SKU]
        await update_product(app.shop, kurta.id, {"hsn": "620442"})
        await save_settings(app.shop, "gst", lambda now: {"gstin": "29AAGCB7383J1Z4"})
        yield app


@pytest.fixture
def shop(running: RunningApp) -> Shop:
    return running.shop


async def sent(shop: Shop) -> Order:
    owner = await guest(shop, {SKU: 1})
    order = (await place_order(shop, owner, await request_for(shop, owner), key="")).order
    return await orders.change_status(shop, order.id, OrderStatus.SHIPPED, actor="Ravi")


async def taken(shop: Shop) -> list[str]:
    found = await shop.repository(NumberRepository).find({}, sort=[("series", 1), ("seq", 1)])
    return [number.id for number in found]


async def exported(running: RunningApp, month: str) -> list[str]:
    """What was sold less what was credited, as GSTR-1 of the month says it, by place and rate."""
    staff = await staff_browser(running)
    return (await staff.text(f"/admin/gst/returns.csv?month={month}&table=b2cs")).splitlines()[1:]


async def test_an_invoice_is_of_the_day_on_which_the_parcel_left(running: RunningApp, shop: Shop, clock: FixedClock):
    """Also when the worker writes it after midnight, and that of a later parcel before it."""
    clock.at = MIDNIGHT - TICK
    late = await sent(shop)
    clock.at = MIDNIGHT
    early = await sent(shop)
    clock.forward(timedelta(hours=9))
    for order in (early, late):
        await issue_papers(shop, order.id)
    found = {}
    for order in (late, early):
        (invoice,) = await shop.repository(PaperRepository).of_order(order.id)
        found[invoice.number] = (invoice.paper.day, invoice.month)
    assert found == {
        "INV/26-27/1": (date(2027, 3, 31), "2027-03"),
        "INV/27-28/1": (date(2027, 4, 1), "2027-04"),
    }
    march, april = await exported(running, "2027-03"), await exported(running, "2027-04")
    assert march == april
    assert len(march) == 1, "one order each, of the same price"
    assert not await exported(running, "2027-05")


async def test_a_credit_note_is_of_the_day_on_which_it_is_written(shop: Shop, clock: FixedClock):
    order = await sent(shop)
    await orders.change_status(shop, order.id, OrderStatus.DELIVERED, actor="Ravi")
    for at in (MIDNIGHT - TICK, MIDNIGHT, MIDNIGHT + TICK):
        clock.at = at
        await orders.refund(shop, order.id, RefundWish("torn", amount=1000), actor="Ravi")
        await deliver_all(shop)
    _, *notes = await shop.repository(PaperRepository).of_order(order.id)
    assert [(note.number, note.month) for note in notes] == [
        ("CN/26-27/1", "2027-03"),
        ("CN/27-28/1", "2027-04"),
        ("CN/27-28/2", "2027-04"),
    ]


async def test_numbers_go_on_without_gap_or_double_while_the_year_changes(shop: Shop, clock: FixedClock):
    """Parcels of both sides of midnight, written at once, each by two workers."""
    sold = []
    for step in range(-4, 4):
        clock.at = MIDNIGHT + step * TICK
        sold.append(await sent(shop))
    await asyncio.gather(*(issue_papers(shop, order.id) for order in sold for _ in range(2)))
    await deliver_all(shop)
    assert await taken(shop) == [f"INV/{year}/{number}" for year in ("26-27", "27-28") for number in range(1, 5)]
    papers = await shop.repository(PaperRepository).find({})
    assert sorted(filed.number for filed in papers) == await taken(shop)
    assert all(filed.series == series_of("INV", filed.paper.day) for filed in papers)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=366)))
def test_a_year_has_its_days_in_india_and_no_other(at: datetime, later: timedelta):
    day, year = indian_date(at), financial_year(indian_date(at))
    first = datetime(int(year[:4]), 4, 1, tzinfo=UTC) - timedelta(hours=5, minutes=30)
    following = datetime(int(year[:4]) + 1, 4, 1, tzinfo=UTC) - timedelta(hours=5, minutes=30)
    assert first <= at < following
    assert int(year[5:]) == (int(year[:4]) + 1) % 100
    assert (financial_year(indian_date(at + later)) == year) == (at + later < following)
    assert indian_date(at + later) >= day


@given(st.integers(2017, 2098), st.integers(-3, 3))
def test_the_year_changes_with_the_first_moment_of_1_april_in_india(year: int, ticks: int):
    at = datetime(year, 3, 31, 18, 30, tzinfo=UTC) + ticks * TICK
    begun = year if ticks >= 0 else year - 1
    assert series_of("INV", indian_date(at)) == f"INV/{begun % 100:02}-{(begun + 1) % 100:02}"
