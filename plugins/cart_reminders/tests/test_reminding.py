"""Reminded is who agreed, once, of what is still there: whoever works in parallel and whatever breaks off."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from spoeq_cart_reminders.documents import ReminderRepository
from spoeq_cart_reminders.personal import erase, export
from spoeq_cart_reminders.service import remind
from spoeq_core.cart.abandoning import tell_abandoned
from spoeq_core.cart.service import Owner, add_item
from spoeq_core.identity.service import register_customer, update_profile
from spoeq_core.inventory.service import adjust
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.sdk import CartAbandoned, Person
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from tests.postbox import Postbox

MEERA = "meera@example.in"
DAY = timedelta(days=1)


async def customer(shop: Shop, email: str = MEERA, *, agrees: bool = True) -> Owner:
    """Somebody with an account and two things in the cart."""
    agreed = ["marketing"] if agrees else []
    account = await register_customer(
        shop, email=email, password="Correct-horse-battery-9", name="Meera", agrees_to=agreed
    )
    owner = Owner(customer_id=account.id)
    await add_item(shop, owner, "KURTA", 2)
    await add_item(shop, owner, "DIYA", 1)
    return owner


async def later(shop: Shop, clock: FixedClock, step: timedelta = DAY) -> None:
    """The worker goes on after a while."""
    clock.forward(step)
    await tell_abandoned(shop)
    await deliver_all(shop)


async def test_who_left_a_cart_is_reminded_once(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop)
    await later(shop, clock)
    (letter,) = postbox.letters.values()
    assert letter.to_email == MEERA
    assert letter.subject == "You left something in your cart"
    assert "2 × Kurta KURTA" in letter.text
    assert "2 × <strong>Kurta KURTA</strong>" in letter.html
    for form in (letter.text, letter.html):
        assert f"{shop.settings.base_url}/login?next=/cart" in form
        assert f"{shop.settings.base_url}/account/privacy" in form
    await later(shop, clock, DAY * 30)
    assert postbox.told == [MEERA]


async def test_it_is_written_in_the_shops_language(shop: Shop, clock: FixedClock, postbox: Postbox):
    await save_settings(shop, "core", {"languages": ["hi", "en"]})
    await customer(shop)
    await later(shop, clock)
    assert [letter.subject for letter in postbox.letters.values()] == ["आपके कार्ट में कुछ रह गया है"]


async def test_only_who_agreed_to_news_is_reminded(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop, agrees=False)
    owner = await customer(shop, "asha@example.in")
    await update_profile(shop, owner.customer_id or "", consents={"marketing": False}, source="account")
    await later(shop, clock)
    assert postbox.told == []


async def test_however_often_they_come_back_they_are_reminded_once_a_week(
    shop: Shop, clock: FixedClock, postbox: Postbox
):
    owner = await customer(shop)
    for _ in range(8):
        await later(shop, clock)
        await add_item(shop, owner, "KURTA", 1)
    assert postbox.told == [MEERA] * 2


async def test_who_came_back_meanwhile_is_not_reminded(shop: Shop, clock: FixedClock, postbox: Postbox):
    owner = await customer(shop)
    clock.forward(DAY)
    await tell_abandoned(shop)
    await add_item(shop, owner, "KURTA", 1)
    await deliver_all(shop)
    assert postbox.told == []


async def test_what_cannot_be_bought_any_more_is_left_out(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop)
    await adjust(shop, "DIYA", -5, "counted", "staff")
    await later(shop, clock)
    (letter,) = postbox.letters.values()
    assert "DIYA" not in letter.text


async def test_a_cart_of_which_nothing_is_left_is_not_told_of(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop)
    await adjust(shop, "DIYA", -5, "counted", "staff")
    await adjust(shop, "KURTA", -50, "counted", "staff")
    await later(shop, clock)
    assert postbox.told == []


async def test_a_message_that_could_not_be_sent_is_tried_again(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop)
    postbox.failing = True
    await later(shop, clock)
    assert postbox.told == []
    postbox.failing = False
    await later(shop, clock, timedelta(hours=1))
    assert postbox.told == [MEERA]


async def test_workers_side_by_side_remind_once(shop: Shop, clock: FixedClock):
    owner = await customer(shop)
    reminders, key = shop.repository(ReminderRepository), owner.customer_id or ""
    claims = [reminders.claim(key, f"cart:{n}", DAY) for n in range(8)]
    assert sum(await asyncio.gather(*claims)) == 1
    reminder = await reminders.get(key)
    assert await reminders.claim(key, reminder.about, DAY), "whoever has it has it again"


async def test_a_cart_that_is_gone_is_nothing_to_remind_of(shop: Shop):
    assert not await remind(shop, CartAbandoned(cart_id="gone", customer_id="gone", version=1))


async def test_without_a_channel_nobody_is_reminded_and_nothing_fails(shop: Shop, clock: FixedClock, postbox: Postbox):
    await customer(shop)
    await disable_plugin(shop, "post")
    await later(shop, clock)
    assert postbox.told == []


async def test_what_is_kept_is_exported_and_erased(shop: Shop, clock: FixedClock):
    owner = await customer(shop)
    await later(shop, clock)
    person = Person(owner.customer_id or "", MEERA)
    assert [row["reminded_at"] async for row in export(shop, person)] == [clock.now()]
    assert [row async for row in export(shop, Person("", "guest@example.in"))] == []
    await erase(shop, person)
    assert [row async for row in export(shop, person)] == []
    await erase(shop, person)
