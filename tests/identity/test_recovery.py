"""A forgotten password: asked for without learning anything, set once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from spoeq_core.identity import service
from spoeq_core.identity.events import PasswordResetRequested
from spoeq_core.identity.model import Channel
from spoeq_core.kernel.errors import Invalid

OLD = "neem leaves at dawn"
NEW = "banyan shade at noon"


async def asked(shop, email) -> list[PasswordResetRequested]:
    before = {raw["_id"] async for raw in shop.mongo.collection("password_resets").find({})}
    await service.request_password_reset(shop, email)
    return [
        PasswordResetRequested(**event["data"])
        async for raw in shop.mongo.collection("password_resets").find({})
        if raw["_id"] not in before
        for event in raw["pending_events"]
    ]


async def token_for(shop, email) -> str:
    [event] = await asked(shop, email)
    return parse_qs(urlsplit(service.reset_link(shop, event)).query)["token"][0]


async def refusal(shop, token, password=NEW) -> str:
    with pytest.raises(Invalid) as caught:
        await service.reset_password(shop, token, password)
    return caught.value.errors[0].field


async def test_the_mailed_link_sets_a_new_password_and_ends_all_sessions(shop, meera):
    _, cookie = await service.start_session(shop, meera, Channel.BROWSER)
    assert await service.principal_of_cookie(shop, cookie) is not None
    await service.reset_password(shop, await token_for(shop, "MEERA@example.com"), NEW)
    assert (await service.authenticate(shop, meera.email, NEW)).id == meera.id
    assert await service.principal_of_cookie(shop, cookie) is None


async def test_staff_can_ask_too(shop, boss):
    [event] = await asked(shop, boss.email)
    assert (event.kind, event.name, event.account_id) == ("staff", boss.name, boss.id)
    await service.reset_password(shop, service.reset_token(shop, event), NEW)
    assert (await service.authenticate(shop, boss.email, NEW)).id == boss.id


async def test_nobody_is_mailed_about_an_unknown_or_closed_account(shop, meera):
    assert await asked(shop, "nobody@example.com") == []
    assert await asked(shop, "not an address") == []
    await service.set_disabled(shop, meera, True)
    assert await asked(shop, meera.email) == []


async def test_neither_the_database_nor_the_event_has_the_token(shop, meera):
    token = await token_for(shop, meera.email)
    [raw] = await shop.mongo.collection("password_resets").find({}).to_list(None)
    assert token not in str(raw)


async def test_a_link_works_once_for_half_an_hour(shop, meera, clock):
    used = await token_for(shop, meera.email)
    await service.reset_password(shop, used, NEW)
    late = await token_for(shop, meera.email)
    clock.forward(timedelta(minutes=30))
    for token in (used, late, "", "made up", "x" * 10_000):
        assert await refusal(shop, token) == "token"


async def test_of_parallel_uses_one_wins(shop, meera):
    token = await token_for(shop, meera.email)
    results = await asyncio.gather(
        *(service.reset_password(shop, token, f"{NEW} {number}") for number in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, Invalid) for result in results) == 4
    [winner] = [number for number, result in enumerate(results) if not isinstance(result, BaseException)]
    assert (await service.authenticate(shop, meera.email, f"{NEW} {winner}")).id == meera.id


async def test_using_one_link_voids_the_others(shop, meera):
    first, second = await token_for(shop, meera.email), await token_for(shop, meera.email)
    await service.reset_password(shop, second, NEW)
    assert await refusal(shop, first) == "token"


async def test_a_weak_password_leaves_the_link_good(shop, meera):
    token = await token_for(shop, meera.email)
    assert await refusal(shop, token, "password") == "password"
    await service.reset_password(shop, token, NEW)
