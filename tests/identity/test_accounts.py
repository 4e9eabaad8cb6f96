"""Accounts: registered once for an e-mail address, opened by the right password only, changed by their owner."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from spoeq_core.identity import service
from spoeq_core.identity.documents import CustomerRepository, EmailClaimRepository
from spoeq_core.identity.model import MARKETING, MAX_ADDRESSES, Kind
from spoeq_core.identity.passwords import Passwords, passwords_of
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated

PASSWORD = "neem leaves at dawn"
ADDRESS = {
    "name": "Meera Nair",
    "phone": "98450 12345",
    "line1": "14, 3rd Cross",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
}


async def pending(shop, collection):
    found = await shop.mongo.collection(collection).find({"pending_events.at": {"$exists": True}}).to_list(None)
    return [(event["type"], event["data"]) for raw in found for event in raw["pending_events"]]


async def test_a_customer_registers_and_is_told_of_once_the_address_is_theirs(shop, meera):
    assert meera.email == "meera@example.com"
    assert meera.phone == "+919845012345"
    stored = await shop.repository(CustomerRepository).get(meera.id)
    assert stored == meera
    assert PASSWORD not in stored.password_hash
    assert await pending(shop, "emails") == [("CustomerRegistered", {"customer_id": meera.id})]


async def test_all_wrong_fields_are_named_together(shop):
    with pytest.raises(Invalid) as caught:
        await service.register_customer(shop, email="no", password="short", name=" ", phone="1")
    assert [error.field for error in caught.value.errors] == ["email", "name", "phone", "password"]


async def test_of_many_who_register_one_address_at_once_exactly_one_gets_it(shop):
    async def register(number: int) -> object:
        return await service.register_customer(
            shop, email="Same@example.com", password=f"{PASSWORD} {number}", name=f"Number {number}"
        )

    results = await asyncio.gather(*(register(number) for number in range(8)), return_exceptions=True)
    winners = [result for result in results if not isinstance(result, BaseException)]
    losers = [result for result in results if isinstance(result, Invalid)]
    assert len(winners) == 1
    assert len(losers) == 7
    assert {error.code for loser in losers for error in loser.errors} == {"taken"}
    assert await shop.repository(CustomerRepository).count({}) == 1
    assert await service.authenticate(shop, "same@example.com", f"{PASSWORD} {winners[0].name[-1]}") == winners[0]


async def test_an_address_of_staff_is_taken_for_customers_too(shop, boss):
    with pytest.raises(Invalid) as caught:
        await service.register_customer(shop, email="BOSS@example.com", password=PASSWORD, name="Other")
    assert caught.value.errors[0].code == "taken"


async def test_a_crash_before_the_claim_leaves_the_address_free(shop, meera):
    await shop.repository(EmailClaimRepository).delete(meera.email)
    again = await service.register_customer(shop, email=meera.email, password=PASSWORD, name="Meera")
    assert (await service.authenticate(shop, meera.email, PASSWORD)).id == again.id


async def test_the_right_password_opens_the_account_whatever_the_case_of_the_address(shop, meera, boss):
    assert await service.authenticate(shop, " MEERA@example.com ", PASSWORD) == meera
    assert await service.authenticate(shop, "boss@example.com", PASSWORD) == boss
    assert await service.authenticate(shop, "boss@example.com", PASSWORD, Kind.STAFF) == boss


async def refusal(shop, email, password, *kinds):
    with pytest.raises(Unauthenticated) as caught:
        await service.authenticate(shop, email, password, *kinds)
    return caught.value.code, caught.value.message, caught.value.hint


async def test_every_wrong_sign_in_is_answered_alike(shop, meera, boss):
    closed = await service.register_customer(shop, email="closed@example.com", password=PASSWORD, name="Closed")
    await service.set_disabled(shop, closed, True)
    answers = {
        await refusal(shop, "meera@example.com", "wrong password"),
        await refusal(shop, "nobody@example.com", PASSWORD),
        await refusal(shop, "not an address", PASSWORD),
        await refusal(shop, "x" * 5000 + "@example.com", PASSWORD),
        await refusal(shop, "closed@example.com", PASSWORD),
        await refusal(shop, "meera@example.com", PASSWORD, Kind.STAFF),
        await refusal(shop, "boss@example.com", PASSWORD, Kind.CUSTOMER),
        await refusal(shop, "meera@example.com", "x" * 100_000),
    }
    assert len(answers) == 1


async def test_a_disabled_account_opens_again_when_it_is_enabled(shop, meera):
    closed = await service.set_disabled(shop, meera, True)
    await refusal(shop, meera.email, PASSWORD)
    await service.set_disabled(shop, closed, False)
    assert (await service.authenticate(shop, meera.email, PASSWORD)).id == meera.id


async def test_a_hash_of_lower_cost_is_replaced_at_sign_in(shop, meera):
    passwords = passwords_of(shop)
    dearer = dataclasses.replace(shop, repositories={**shop.repositories, Passwords: Passwords(shop.keyring, 5)})
    found = await service.authenticate(dearer, meera.email, PASSWORD)
    assert "$05$" in found.password_hash
    assert found.session_epoch == meera.session_epoch
    assert await passwords.check(PASSWORD, found.password_hash)


async def test_a_profile_changes_where_something_is_given(shop, meera, clock):
    changed = await service.update_profile(shop, meera.id, name=" Meera  K Nair ", consents={MARKETING: True})
    assert (changed.name, changed.phone, changed.consents) == ("Meera K Nair", meera.phone, {MARKETING: clock.now()})
    changed = await service.update_profile(shop, meera.id, phone="", consents={MARKETING: False})
    assert (changed.name, changed.phone, changed.consents) == ("Meera K Nair", "", {})
    with pytest.raises(Invalid) as caught:
        await service.update_profile(shop, meera.id, name="", phone="12", consents={"everything": True})
    assert [error.field for error in caught.value.errors] == ["name", "phone", "consents.everything"]


async def test_consent_given_again_keeps_its_date(shop, meera, clock):
    first = await service.update_profile(shop, meera.id, consents={MARKETING: True})
    clock.at = clock.at.replace(year=2027)
    assert (await service.update_profile(shop, meera.id, consents={MARKETING: True})).consents == first.consents


async def test_changes_of_one_account_at_once_are_all_kept(shop, meera):
    await asyncio.gather(
        service.update_profile(shop, meera.id, name="Another Name"),
        service.update_profile(shop, meera.id, phone="98450 99999"),
        service.add_address(shop, meera.id, ADDRESS),
    )
    stored = await shop.repository(CustomerRepository).get(meera.id)
    assert (stored.name, stored.phone, len(stored.addresses)) == ("Another Name", "+919845099999", 1)


async def test_addresses_are_added_once_changed_and_removed(shop, meera):
    saved = await service.add_address(shop, meera.id, ADDRESS)
    assert await service.add_address(shop, meera.id, {**ADDRESS, "state": "ka"}) == saved
    changed = await service.change_address(shop, meera.id, saved.id, {"city": "Mysuru", "postal_code": "570001"})
    assert (changed.id, changed.address.city, changed.address.line1) == (saved.id, "Mysuru", ADDRESS["line1"])
    with pytest.raises(Invalid):
        await service.change_address(shop, meera.id, saved.id, {"postal_code": "0"})
    await service.remove_address(shop, meera.id, saved.id)
    assert (await shop.repository(CustomerRepository).get(meera.id)).addresses == ()
    for late in (
        service.remove_address(shop, meera.id, saved.id),
        service.change_address(shop, meera.id, saved.id, {}),
    ):
        with pytest.raises(NotFound):
            await late


async def test_an_address_book_has_an_end(shop, meera):
    for number in range(MAX_ADDRESSES):
        await service.add_address(shop, meera.id, {**ADDRESS, "line1": f"{number}, 3rd Cross"})
    with pytest.raises(Conflict) as caught:
        await service.add_address(shop, meera.id, {**ADDRESS, "line1": "one too many"})
    assert caught.value.code == "too_many_addresses"
    assert caught.value.hint


async def test_staff_find_customers_by_what_they_know(shop, meera):
    ravi = await service.register_customer(shop, email="ravi@example.com", password=PASSWORD, name="Ravi")
    assert await service.find_customers(shop) == [ravi, meera]
    assert await service.find_customers(shop, limit=1, before=ravi.id) == [meera]
    assert await service.find_customers(shop, text="MEERA@") == [meera]
    assert await service.find_customers(shop, text="+919845012345") == [meera]
    assert await service.find_customers(shop, text=ravi.id) == [ravi]
    assert await service.find_customers(shop, text=".*") == []
