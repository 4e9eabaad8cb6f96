"""Browser sessions: opaque, hashed, timed, cached for a minute, over everywhere at once."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from pymongo.monitoring import CommandListener

from spoeq_core.identity import service
from spoeq_core.identity.documents import SessionRepository
from spoeq_core.identity.model import Channel, Role
from spoeq_core.identity.service import sessions as sessions_module
from spoeq_core.kernel.errors import Invalid, NotFound
from spoeq_core.kernel.redis import connect_redis
from spoeq_core.testing.shops import shop_with

PASSWORD = "neem leaves at dawn"
OTHER = "banyan shade at noon"


class Counter(CommandListener):
    """Names of the commands that went to the database."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event) -> None:
        return

    def failed(self, event) -> None:
        return


@pytest.fixture
async def without_redis(shop):
    deaf = connect_redis("redis://127.0.0.1:1")
    yield dataclasses.replace(shop, redis=deaf)
    await deaf.aclose()


async def browser(shop, account):
    return await service.start_session(shop, account, Channel.BROWSER, ip="203.0.113.7", user_agent="Firefox " * 100)


async def test_a_cookie_stands_for_its_account(shop, boss):
    session, token = await browser(shop, boss)
    found = await service.principal_of_cookie(shop, token)
    assert (found.email, found.name, found.role, found.session) == (boss.email, boss.name, "admin", session)
    assert len(session.user_agent) <= 200


async def test_nothing_stored_opens_the_session(shop, meera):
    session, token = await browser(shop, meera)
    raw = await shop.mongo.collection("sessions").find_one({"_id": session.id})
    secret = shop.keyring.unsign("session:browser", token).partition(".")[2]
    assert secret not in str(raw)
    assert token not in str(raw)
    await service.principal_of_cookie(shop, token)
    cached = await shop.redis.get(shop.key("session", session.id))
    assert secret not in cached


async def test_tampered_cookies_stand_for_nobody_and_cost_no_command(servers, tmp_path):
    counter = Counter()
    async with shop_with(servers=servers, data_dir=tmp_path, listeners=[counter]) as shop:
        meera = await service.register_customer(shop, email="m@example.com", password=PASSWORD, name="Meera")
        session, token = await browser(shop, meera)
        _, api_token = await service.start_session(shop, meera, Channel.API)
        counter.names.clear()
        wrong = [
            "",
            ".",
            "x",
            token[:-1],
            token + "x",
            token.swapcase(),
            session.id,
            f"{session.id}.",
            api_token,
            "\u0966\u0967",
            "\0",
            "e30." + token.partition(".")[2],
        ]
        for cookie in wrong:
            assert await service.principal_of_cookie(shop, cookie) is None
        assert counter.names == []
        assert await service.principal_of_cookie(shop, token) is not None


async def test_a_signed_cookie_with_another_secret_is_refused(shop, meera):
    session, _ = await browser(shop, meera)
    forged = sessions_module.write_token(shop, session, "guessed")
    assert await service.principal_of_cookie(shop, forged) is None


async def test_a_request_usually_costs_no_database_command(servers, tmp_path):
    counter = Counter()
    async with shop_with(servers=servers, data_dir=tmp_path, listeners=[counter]) as shop:
        meera = await service.register_customer(shop, email="m@example.com", password=PASSWORD, name="Meera")
        _, token = await browser(shop, meera)
        await service.principal_of_cookie(shop, token)
        counter.names.clear()
        for _ in range(5):
            assert await service.principal_of_cookie(shop, token) is not None
        assert counter.names == []


async def test_shoppers_and_staff_time_out_when_idle(shop, meera, boss, clock):
    _, hers = await browser(shop, meera)
    _, his = await browser(shop, boss)
    clock.forward(timedelta(hours=7, minutes=59))
    assert await service.principal_of_cookie(shop, his) is not None
    clock.forward(timedelta(hours=8, seconds=1))
    await forget(shop)
    assert await service.principal_of_cookie(shop, his) is None
    assert await service.principal_of_cookie(shop, hers) is not None
    clock.forward(timedelta(days=14, seconds=1))
    await forget(shop)
    assert await service.principal_of_cookie(shop, hers) is None


async def forget(shop):
    """What a minute does to the copies in Redis."""
    for key in await shop.redis.keys(shop.key("*")):
        await shop.redis.delete(key)


async def test_use_keeps_a_session_alive_but_not_for_ever(shop, boss, clock):
    _, token = await browser(shop, boss)
    for _ in range(5):
        clock.forward(timedelta(hours=4, minutes=45))
        await forget(shop)
        assert await service.principal_of_cookie(shop, token) is not None
    clock.forward(timedelta(minutes=16))
    await forget(shop)
    assert await service.principal_of_cookie(shop, token) is None


async def test_a_cached_copy_does_not_outlive_the_timeout(shop, boss, clock):
    _, token = await browser(shop, boss)
    assert await service.principal_of_cookie(shop, token) is not None
    clock.forward(timedelta(hours=8, seconds=1))
    assert await service.principal_of_cookie(shop, token) is None


async def test_many_requests_of_one_minute_note_the_use_once(servers, tmp_path, clock):
    counter = Counter()
    async with shop_with(servers=servers, data_dir=tmp_path, listeners=[counter], clock=clock) as shop:
        meera = await service.register_customer(shop, email="m@example.com", password=PASSWORD, name="Meera")
        session, token = await browser(shop, meera)
        await service.principal_of_cookie(shop, token)
        clock.forward(timedelta(minutes=6))
        counter.names.clear()
        await asyncio.gather(*(service.principal_of_cookie(shop, token) for _ in range(10)))
        assert counter.names == ["update"]
        stored = await shop.repository(SessionRepository).get(session.id)
        assert stored.seen_at == clock.now()
        assert stored.idle_until == clock.now() + timedelta(days=14)


async def test_signing_out_is_over_at_once_everywhere(shop, meera):
    session, token = await browser(shop, meera)
    _, other = await browser(shop, meera)
    assert await service.principal_of_cookie(shop, token) is not None
    await service.end_session(shop, session.id)
    assert await service.principal_of_cookie(shop, token) is None
    assert await service.principal_of_cookie(shop, other) is not None
    await service.end_session(shop, session.id)


async def test_a_slow_look_up_does_not_bring_an_ended_session_back(shop, meera):
    session, token = await browser(shop, meera)
    read_before = await sessions_module._load(shop, session.id)
    await service.end_session(shop, session.id)
    await sessions_module._remember(shop, session.id, sessions_module._PRINCIPAL.dump_json(read_before).decode())
    assert await service.principal_of_cookie(shop, token) is None


async def test_without_redis_sessions_work_and_end_at_once(without_redis, meera, boss, clock):
    shop = without_redis
    session, token = await browser(shop, meera)
    assert (await service.principal_of_cookie(shop, token)).email == meera.email
    clock.forward(timedelta(minutes=6))
    assert await service.principal_of_cookie(shop, token) is not None
    await service.end_session(shop, session.id)
    assert await service.principal_of_cookie(shop, token) is None


async def test_a_broken_copy_in_redis_is_read_again(shop, meera):
    session, token = await browser(shop, meera)
    await shop.redis.set(shop.key("session", session.id), '{"of": "another release"}')
    assert await service.principal_of_cookie(shop, token) is not None


async def test_disabling_an_account_ends_its_sessions(shop, meera):
    _, token = await browser(shop, meera)
    assert await service.principal_of_cookie(shop, token) is not None
    await service.set_disabled(shop, meera, True)
    assert await service.principal_of_cookie(shop, token) is None


async def test_another_role_means_signing_in_again(shop, boss):
    clerk = await service.create_staff(
        shop, email="clerk@example.com", password=PASSWORD, name="Clerk", role=Role.SUPPORT
    )
    _, token = await browser(shop, clerk)
    await service.change_role(shop, clerk.id, Role.WAREHOUSE)
    assert await service.principal_of_cookie(shop, token) is None


async def test_a_new_password_ends_all_sessions_but_the_one_it_was_set_in(shop, meera):
    here, token = await browser(shop, meera)
    _, elsewhere = await browser(shop, meera)
    for cookie in (token, elsewhere):
        assert await service.principal_of_cookie(shop, cookie) is not None
    with pytest.raises(Invalid) as caught:
        await service.change_password(shop, meera, current="wrong", new=OTHER, session_id=here.id)
    assert caught.value.errors[0].field == "current_password"
    await service.change_password(shop, meera, current=PASSWORD, new=OTHER, session_id=here.id)
    await forget(shop)
    assert await service.principal_of_cookie(shop, token) is not None
    assert await service.principal_of_cookie(shop, elsewhere) is None
    assert (await service.authenticate(shop, meera.email, OTHER)).id == meera.id


async def test_a_session_begun_with_the_old_password_is_void_however_late_it_is_stored(shop, meera):
    await service.change_password(shop, meera, current=PASSWORD, new=OTHER)
    _, token = await browser(shop, meera)
    assert await service.principal_of_cookie(shop, token) is None


async def test_signing_out_everywhere(shop, meera, boss):
    tokens = [(await browser(shop, meera))[1] for _ in range(3)]
    _, his = await browser(shop, boss)
    await service.end_all_sessions(shop, meera)
    assert [await service.principal_of_cookie(shop, token) for token in tokens] == [None] * 3
    assert await service.principal_of_cookie(shop, his) is not None


async def test_people_see_and_end_their_own_sessions_only(shop, meera, boss, clock):
    first, _ = await browser(shop, meera)
    clock.forward(timedelta(minutes=1))
    second, token = await browser(shop, meera)
    his, _ = await browser(shop, boss)
    assert [session.id for session in await service.sessions_of(shop, meera)] == [second.id, first.id]
    with pytest.raises(NotFound):
        await service.end_session_of(shop, meera.id, his.id)
    with pytest.raises(NotFound):
        await service.end_session_of(shop, meera.id, "nothing")
    await service.end_session_of(shop, meera.id, second.id)
    assert await service.principal_of_cookie(shop, token) is None
    assert [session.id for session in await service.sessions_of(shop, meera)] == [first.id]
    clock.forward(timedelta(days=15))
    assert await service.sessions_of(shop, meera) == []


async def test_a_new_name_is_shown_at_once(shop, meera):
    _, token = await browser(shop, meera)
    await service.principal_of_cookie(shop, token)
    await service.update_profile(shop, meera.id, name="Meera K")
    assert (await service.principal_of_cookie(shop, token)).name == "Meera K"
