"""Asking once, being told once: whoever works in parallel, whatever crashes, and whoever wants no more."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.sdk import Person
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all
from spoeq_restock.documents import WaitingRepository
from spoeq_restock.model import KEPT, LEASE
from spoeq_restock.personal import erase, export
from spoeq_restock.service import Answer, ask, find, queues, stop, tell_everybody, tell_waiting, who_stops
from tests.postbox import Postbox

from .conftest import GONE, THERE, restocked

ASHA, RAVI = "asha@example.in", "ravi@example.in"


async def wish(shop: Shop, email: str = ASHA, sku: str = GONE, language: str = "en") -> Answer:
    return await ask(shop, await find(shop, sku), email, language)


async def waiting(shop: Shop) -> int:
    return await shop.repository(WaitingRepository).count({})


async def test_who_asked_is_told_once_when_it_is_back(shop: Shop, postbox: Postbox):
    assert [await wish(shop), await wish(shop, RAVI)] == [Answer.WAITING, Answer.WAITING]
    await deliver_all(shop)
    assert postbox.told == [], "it is still sold out"
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == [ASHA, RAVI]
    assert await waiting(shop) == 0, "no address is kept longer than it is needed"
    await restocked(shop, -3)
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == [ASHA, RAVI], "once a request"


async def test_the_mail_leads_to_the_product_and_out(shop: Shop, postbox: Postbox):
    await wish(shop)
    await restocked(shop)
    await deliver_all(shop)
    (letter,) = postbox.letters.values()
    assert letter.subject == f"Kurta {GONE} is back in stock"
    assert letter.template == "restock/back_in_stock"
    assert f"{shop.settings.base_url}/product/kurta-gone-1" in letter.text
    link = re.search(r"\S+/restock/stop\?\S+", letter.text)
    assert link
    token = parse_qs(urlsplit(link.group()).query)["token"][0]
    assert who_stops(shop, token)
    assert ASHA not in token
    assert who_stops(shop, token[:-1] + ("a" if token[-1] != "a" else "b")) is None
    assert "Neel &amp; Co." in letter.html
    assert token in letter.html


async def test_it_is_written_in_the_language_of_asking(shop: Shop, postbox: Postbox):
    await wish(shop, language="hi")
    await restocked(shop)
    await deliver_all(shop)
    (letter,) = postbox.letters.values()
    assert letter.subject == f"Kurta {GONE} फिर से स्टॉक में है"


async def test_asking_twice_is_waiting_once(shop: Shop, postbox: Postbox):
    answers = await asyncio.gather(*(wish(shop, email) for email in (ASHA, "Asha@Example.in ", ASHA, ASHA)))
    assert set(answers) == {Answer.WAITING}
    assert await waiting(shop) == 1
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == [ASHA]


async def test_what_is_in_stock_is_not_waited_for(shop: Shop):
    assert await wish(shop, sku=THERE) is Answer.IN_STOCK
    assert await waiting(shop) == 0


async def test_nonsense_is_refused(shop: Shop):
    with pytest.raises(Invalid):
        await wish(shop, "asha at home")
    with pytest.raises(NotFound, match="There is no SKU NOPE"):
        await wish(shop, sku="NOPE")


async def test_workers_in_parallel_write_once(shop: Shop, postbox: Postbox):
    for number in range(12):
        await wish(shop, f"shopper{number}@example.in")
    await restocked(shop)
    told = await asyncio.gather(*(tell_waiting(shop, GONE) for _ in range(4)))
    assert sum(told) == 12
    assert len(postbox.letters) == postbox.tries == 12


async def test_a_worker_that_dies_after_its_claim_leaves_the_mail_to_another(
    shop: Shop, postbox: Postbox, clock: FixedClock
):
    await wish(shop)
    requests = shop.repository(WaitingRepository)
    (request,) = await requests.queue(GONE, 10)
    assert await requests.claim(request), "and here it dies"
    assert not await requests.claim(request)
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == []
    clock.forward(LEASE)
    await tell_everybody(shop)
    assert postbox.told == [ASHA]


async def test_a_worker_that_dies_after_sending_does_not_repeat_it(shop: Shop, postbox: Postbox, clock: FixedClock):
    await wish(shop)
    (request,) = await shop.repository(WaitingRepository).queue(GONE, 10)
    await restocked(shop)
    await deliver_all(shop)
    await shop.repository(WaitingRepository).add(request)
    clock.forward(LEASE)
    await tell_everybody(shop)
    assert postbox.tries == 2
    assert postbox.told == [ASHA], "the channel knows the key"
    assert await waiting(shop) == 0


async def test_a_channel_that_fails_is_tried_again(shop: Shop, postbox: Postbox):
    await wish(shop)
    postbox.failing = True
    await restocked(shop)
    with pytest.raises(ConnectionError):
        await tell_waiting(shop, GONE)
    assert await waiting(shop) == 1
    postbox.failing = False
    assert await tell_waiting(shop, GONE) == 1
    assert postbox.told == [ASHA]


async def test_long_queues_are_worked_off_by_the_schedule(shop: Shop, postbox: Postbox):
    for number in range(60):
        await wish(shop, f"shopper{number}@example.in")
    await restocked(shop)
    await deliver_all(shop)
    assert len(postbox.told) == 50
    await tell_everybody(shop)
    assert len(postbox.told) == 60


async def test_nobody_is_told_of_what_is_gone_again(shop: Shop, postbox: Postbox):
    await wish(shop)
    await restocked(shop)
    await restocked(shop, -3)
    await deliver_all(shop)
    assert (postbox.told, await waiting(shop)) == ([], 1)


async def test_an_old_request_is_not_answered(shop: Shop, postbox: Postbox, clock: FixedClock):
    await wish(shop)
    clock.forward(KEPT + timedelta(seconds=1))
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == []
    indexes = await shop.repository(WaitingRepository).collection.index_information()
    assert indexes["expiry"]["expireAfterSeconds"] == 0


async def test_who_wants_no_more_is_forgotten_everywhere(shop: Shop, postbox: Postbox):
    await restocked(shop, -5, THERE)
    for sku in (GONE, THERE):
        await wish(shop, ASHA, sku)
        await wish(shop, RAVI, sku)
    ((first, _), _) = await queues(shop)
    assert first.waiting == 2
    (request,) = [one for one in await shop.repository(WaitingRepository).queue(GONE, 10) if one.email == ASHA]
    await stop(shop, request.who)
    await restocked(shop)
    await restocked(shop, 5, THERE)
    await deliver_all(shop)
    assert postbox.told == [RAVI, RAVI]


async def test_a_person_gets_a_copy_and_is_erased(shop: Shop):
    await wish(shop)
    await wish(shop, RAVI)
    asha = Person("", ASHA, by_email=True)
    (row,) = [row async for row in export(shop, asha)]
    assert row["sku"] == GONE
    assert [row async for row in export(shop, Person("c", ""))] == [], "an empty address is nobody's"
    for _ in range(2):
        await erase(shop, asha)
    assert [request.email for request in await shop.repository(WaitingRepository).queue(GONE, 10)] == [RAVI]
    await erase(shop, Person("c", RAVI, since=shop.clock.now() + timedelta(days=1)))
    assert await waiting(shop) == 1, "asked before the account: perhaps by somebody else"


async def test_switched_off_nobody_is_told_until_it_is_on_again(shop: Shop, postbox: Postbox):
    await wish(shop)
    await disable_plugin(shop, "restock")
    await restocked(shop)
    await deliver_all(shop)
    assert postbox.told == []
    await enable_plugin(shop, "restock")
    await tell_everybody(shop)
    assert postbox.told == [ASHA]
