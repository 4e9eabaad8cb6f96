"""Erasing somebody: refused while an order needs them, crash-safe, repeated when a plugin fails; nothing stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from spoeq_core.audit.service import find_entries, record
from spoeq_core.cart.documents import CartRepository
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Channel
from spoeq_core.jobs.model import LEASE, MAX_ATTEMPTS, JobState
from spoeq_core.jobs.service import failures_of, job_by_id, run_jobs
from spoeq_core.kernel.errors import NotFound, Unauthenticated
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.finding import OrderFilter, find_orders
from spoeq_core.orders.service import track
from spoeq_core.privacy.erasing import JOBS, erase_person, is_being_erased, person_of, person_of_email
from spoeq_core.privacy.model import StillNeeded
from spoeq_core.testing.shops import deliver_all
from tests.privacy.conftest import PASSWORD, bought, copy_of, finish, leaks

BOSS = {"by": "staff", "actor_id": "boss", "actor_name": "Asha"}


class Killed(BaseException):
    """The worker was killed."""


async def erased(shop, customer, **who):
    job = await erase_person(shop, await person_of(shop, customer, by_email=True), **{**BOSS, **who})
    await run_jobs(shop, JOBS)
    return await job_by_id(shop, job.id)


async def test_nothing_that_tells_who_it_was_is_left(shop, person):
    meera = await person("meera")
    order = (await find_orders(shop, OrderFilter())).items[0]
    await identity.start_session(shop, meera, Channel.API)
    said = {"detail": {"note": "loves teal"}, "actor_id": "boss", "actor_name": "Asha"}
    await record(shop, "customer.extended", f"customer:{meera.id}", **said)
    await record(shop, "order.extended", f"order:{order.id}", **said)
    await identity.request_password_reset(shop, meera.email)
    job = await erased(shop, meera)
    assert (job.state, job.error, job.done) == (JobState.DONE, "", job.total)
    await deliver_all(shop)
    assert await leaks(shop) == []
    kept = await shop.repository(OrderRepository).get(order.id)
    assert (kept.number, kept.grand_total, kept.status, kept.paid) == (
        order.number,
        order.grand_total,
        order.status,
        order.paid,
    )
    assert (kept.shipping_address.state, kept.shipping_address.country) == ("Karnataka", "IN")
    assert kept.priced["totals"] == order.priced["totals"]
    assert kept.lines[0].total == order.lines[0].total
    assert kept.ext == {"parcels": {"grams": 450}}


@pytest.mark.parametrize("contact", ["", " ", "00000000", "0000000000"])
async def test_an_order_without_a_buyer_is_tracked_by_nobody(shop, person, contact):
    meera = await person("meera")
    number = (await find_orders(shop, OrderFilter())).items[0].number
    with pytest.raises(NotFound):
        await track(shop, number, contact)
    await erased(shop, meera)
    with pytest.raises(NotFound):
        await track(shop, number, contact)


async def test_others_keep_what_is_theirs(shop, person):
    meera, tara = await person("meera"), await person("tara")
    before = await copy_of(shop, await person_of(shop, tara, by_email=True))
    await erased(shop, meera)
    assert await copy_of(shop, await person_of(shop, tara, by_email=True)) == before


async def test_the_account_is_closed_at_once_and_the_address_free_after(shop, person):
    meera = await person("meera")
    session, _ = await identity.start_session(shop, meera, Channel.BROWSER)
    await erase_person(shop, await person_of(shop, meera, by_email=True), **BOSS)
    assert await identity.find_principal(shop, session.id) is None
    with pytest.raises(Unauthenticated):
        await identity.authenticate(shop, meera.email, PASSWORD)
    await run_jobs(shop, JOBS)
    again = await identity.register_customer(shop, email=meera.email, password=PASSWORD, name="Meera")
    assert again.id != meera.id
    assert (await identity.customer_by_id(shop, meera.id)).erased_at is not None


async def test_it_is_written_down_without_what_was_erased(shop, person):
    meera = await person("meera")
    await erased(shop, meera)
    entries = await find_entries(shop, target=f"customer:{meera.id}")
    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("customer.erased", "system"),
        ("customer.erasure_begun", "Asha"),
    ]
    assert all("meera" not in repr(entry).casefold() for entry in entries)


async def test_an_open_order_refuses_and_is_named(shop, person):
    meera = await person("meera")
    order = await bought(shop, meera)
    with pytest.raises(StillNeeded, match=order.number) as caught:
        await erase_person(shop, await person_of(shop, meera, by_email=False), **BOSS)
    assert "Finish or cancel" in str(caught.value)
    assert not (await identity.customer_by_id(shop, meera.id)).disabled
    await finish(shop, order)
    assert (await erased(shop, meera)).state is JobState.DONE


async def test_an_order_placed_meanwhile_gives_the_account_back(shop, person):
    meera = await person("meera")
    job = await erase_person(shop, await person_of(shop, meera, by_email=True), **BOSS)
    order = await bought(shop, meera)
    await run_jobs(shop, JOBS)
    assert [failure.ref for failure in await failures_of(shop, job.id)] == [order.number]
    stored = await identity.customer_by_id(shop, meera.id)
    assert (stored.disabled, stored.erased_at, stored.email) == (False, None, meera.email)
    assert not await is_being_erased(shop, meera.id)


async def test_killed_between_two_handlers_it_goes_on(shop, person, diary, clock):
    meera = await person("meera")
    job = await erase_person(shop, await person_of(shop, meera, by_email=True), **BOSS)
    diary.fails = Killed()
    with pytest.raises(Killed):
        await run_jobs(shop, JOBS)
    assert (await job_by_id(shop, job.id)).state is JobState.RUNNING
    diary.fails = None
    clock.forward(LEASE)
    await run_jobs(shop, JOBS)
    assert (await job_by_id(shop, job.id)).state is JobState.DONE
    assert await leaks(shop) == []


async def test_a_plugin_that_fails_is_repeated_after_the_rest(shop, person, diary, clock):
    meera = await person("meera")
    diary.fails = RuntimeError("the disk")
    job = await erased(shop, meera)
    assert job.state is JobState.QUEUED
    assert "plugin 'diary', Diary (RuntimeError)" in job.error
    assert (await identity.customer_by_id(shop, meera.id)).erased_at is not None
    diary.fails = None
    clock.forward(timedelta(minutes=1))
    await run_jobs(shop, JOBS)
    assert (await job_by_id(shop, job.id)).state is JobState.DONE
    assert [whom.email for whom in diary.erased] == ["meera@example.com"]


async def test_a_plugin_that_keeps_failing_ends_the_job_and_erasing_again_finishes(shop, person, diary, clock):
    meera = await person("meera")
    diary.fails = RuntimeError("the disk")
    job = await erased(shop, meera)
    for _ in range(MAX_ATTEMPTS):
        clock.forward(timedelta(minutes=10))
        await run_jobs(shop, JOBS)
    assert (await job_by_id(shop, job.id)).state is JobState.FAILED
    assert await is_being_erased(shop, meera.id)
    diary.fails = None
    empty = await identity.customer_by_id(shop, meera.id)
    assert (await erased(shop, empty)).state is JobState.DONE
    assert [whom.email for whom in diary.erased] == ["meera@example.com"]
    assert not await is_being_erased(shop, meera.id)


async def test_a_guest_can_be_erased_by_the_address(shop):
    order = await bought(shop, None)
    await finish(shop, order)
    guest = await person_of_email(shop, "meera@example.com")
    await erase_person(shop, guest, **BOSS)
    await run_jobs(shop, JOBS)
    assert (await shop.repository(OrderRepository).get(order.id)).email == ""
    await shop.repository(CartRepository).collection.delete_many({})
    assert await leaks(shop) == []
