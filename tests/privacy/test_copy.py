"""A copy of what is kept about somebody: all of theirs, nothing of others, no secrets."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from spoeq_core.privacy.erasing import person_of, person_of_email
from spoeq_core.privacy.exporting import INCOMPLETE
from tests.privacy.conftest import bought, copy_of


async def test_it_holds_every_part(shop, person):
    meera = await person("meera")
    parts = await copy_of(shop, await person_of(shop, meera, by_email=False))
    account = parts["core/customers"]["rows"][0]
    assert (account["email"], account["phone"], account["addresses"][0]["city"]) == (
        "meera@example.com",
        "+919845012345",
        "Bengaluru",
    )
    assert [(one["to"], one["source"]) for one in account["consents"]] == [("marketing", "register")]
    assert account["plugins"] == {"diary": {"note": "meera loves teal"}}
    order = parts["core/orders"]["rows"][0]
    assert order["items"][0]["sku"] == "KURTA"
    assert order["totals"]
    assert order["plugins"] == {"order": {"diary": {"note": "meera loves teal"}}}
    assert [cart["status"] for cart in parts["core/carts"]["rows"]] == ["placed", "open"]
    assert parts["diary/diary"]["rows"] == [{"text": "meera loves teal"}]
    assert order["number"] in " ".join(mail["subject"] for mail in parts["email/mails"]["rows"])


async def test_nobody_elses_data_and_no_secret_is_in_it(shop, person):
    meera, tara = await person("meera"), await person("tara")
    text = json.dumps(await copy_of(shop, await person_of(shop, meera, by_email=True)))
    assert not re.search("[Tt]ara", text), "but for an id by chance"
    assert tara.id not in text
    assert "password" not in text.replace("password_resets", "")
    assert meera.password_hash not in text
    assert "for Meera" not in text


async def test_a_guests_order_is_theirs_only_where_staff_know_the_address(shop, person):
    meera = await person("meera")
    guests = await bought(shop, None)
    own = await copy_of(shop, await person_of(shop, meera, by_email=False))
    assert guests.number not in json.dumps(own["core/orders"])
    assert guests.number in json.dumps(await copy_of(shop, await person_of_email(shop, "Meera@example.com ")))


async def test_an_order_of_another_account_is_not_theirs_because_it_names_their_address(shop, person):
    meera, tara = await person("meera"), await person("tara")
    present = await bought(shop, tara, meera.email)
    copy = await copy_of(shop, await person_of(shop, meera, by_email=True))
    assert present.number not in json.dumps(copy["core/orders"])


async def test_mails_from_before_the_account_are_not_its(shop, person, clock):
    before = await bought(shop, None)
    clock.forward(timedelta(seconds=1))
    meera = await person("meera")
    mails = (await copy_of(shop, await person_of(shop, meera, by_email=False)))["email/mails"]["rows"]
    assert mails
    assert before.number not in json.dumps(mails)


async def test_a_part_that_fails_is_marked_and_the_rest_follows(shop, person, diary):
    meera = await person("meera")
    diary.fails = RuntimeError("the disk")
    parts = await copy_of(shop, await person_of(shop, meera, by_email=False))
    assert parts["diary/diary"]["rows"] == [{"text": "meera loves teal"}]
    assert parts["diary/diary"]["incomplete"] == INCOMPLETE
    assert "incomplete" not in parts["core/orders"]
    assert parts["core/orders"]["rows"]
