"""Tokens of API clients: access tokens that mean one thing only, refresh tokens that work once."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import jwt
import pytest

from spoeq_core.identity import service
from spoeq_core.identity.model import Channel
from spoeq_core.kernel.errors import Unauthenticated

PASSWORD = "neem leaves at dawn"


async def api(shop, account):
    return await service.start_session(shop, account, Channel.API)


async def refused(shop, token) -> bool:
    try:
        await service.principal_of_access_token(shop, token)
    except Unauthenticated as error:
        return error.code == "invalid_token"
    return False


async def test_an_access_token_stands_for_its_account(shop, meera, boss):
    session, _ = await api(shop, boss)
    token = service.issue_access_token(shop, session)
    found = await service.principal_of_access_token(shop, token)
    assert (found.email, found.role, found.session.id) == (boss.email, "admin", session.id)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "exp", "nbf", "iat", "sub", "typ", "kind", "sid"}
    assert claims["exp"] - claims["iat"] == 15 * 60


async def test_an_access_token_lasts_a_quarter_of_an_hour(shop, meera, clock):
    session, _ = await api(shop, meera)
    token = service.issue_access_token(shop, session)
    clock.forward(timedelta(minutes=14, seconds=59))
    assert not await refused(shop, token)
    clock.forward(timedelta(seconds=1))
    assert await refused(shop, token)


async def test_an_access_token_ends_with_its_session(shop, meera):
    session, _ = await api(shop, meera)
    token = service.issue_access_token(shop, session)
    assert not await refused(shop, token)
    await service.end_session(shop, session.id)
    assert await refused(shop, token)


async def test_a_browsers_session_gives_no_access_token(shop, meera):
    session, cookie = await service.start_session(shop, meera, Channel.BROWSER)
    assert await refused(shop, service.issue_access_token(shop, session))
    assert await refused(shop, cookie)


CHANGES = [
    {"typ": "refresh"},
    {"typ": None},
    {"iss": "https://elsewhere.example"},
    {"aud": "another shop"},
    {"nbf": 4_000_000_000},
    {"exp": 1},
    {"exp": "never"},
    {"exp": True},
    {"sub": "somebody else"},
    {"sid": "no session"},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
async def test_a_token_that_says_something_else_is_refused(shop, meera, change):
    session, _ = await api(shop, meera)
    claims = jwt.decode(service.issue_access_token(shop, session), options={"verify_signature": False})
    key = shop.keyring.derive("jwt:access")
    assert not await refused(shop, jwt.encode(claims, key, algorithm="HS256"))
    assert await refused(shop, jwt.encode({**claims, **change}, key, algorithm="HS256"))


@pytest.mark.parametrize("missing", ["iss", "aud", "exp", "nbf", "iat", "sub", "typ", "kind", "sid"])
async def test_no_claim_may_be_missing(shop, meera, missing):
    session, _ = await api(shop, meera)
    claims = jwt.decode(service.issue_access_token(shop, session), options={"verify_signature": False})
    del claims[missing]
    assert await refused(shop, jwt.encode(claims, shop.keyring.derive("jwt:access"), algorithm="HS256"))


async def test_other_algorithms_keys_and_shapes_are_refused(shop, meera):
    session, refresh_token = await api(shop, meera)
    good = service.issue_access_token(shop, session)
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    wrong = [
        f"{none}.{body}.",
        f"{none}.{body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-2]}",
        jwt.encode(claims, shop.keyring.derive("jwt:access") * 2, algorithm="HS512"),
        jwt.encode(claims, shop.keyring.derive("jwt:other"), algorithm="HS256"),
        refresh_token,
        "",
        "a.b.c",
        "\u0966.\u0966.\u0966",
    ]
    for token in wrong:
        assert await refused(shop, token), token


async def test_a_refresh_token_is_replaced_at_each_use(shop, meera, clock):
    session, first = await api(shop, meera)
    clock.forward(timedelta(days=6))
    renewed = await service.refresh(shop, first)
    assert renewed.session.id == session.id
    assert renewed.account == meera
    assert renewed.token != first
    clock.forward(timedelta(days=6))
    again = await service.refresh(shop, renewed.token)
    assert not await refused(shop, service.issue_access_token(shop, again.session))


async def test_a_refresh_token_lasts_seven_days_and_its_family_ninety(shop, meera, boss, clock):
    _, unused = await api(shop, meera)
    _, token = await api(shop, meera)
    begun = clock.now()
    clock.forward(timedelta(days=6))
    while clock.now() - begun < timedelta(days=90):
        token = (await service.refresh(shop, token)).token
        clock.forward(timedelta(days=6))
    for over in (token, unused):
        with pytest.raises(Unauthenticated):
            await service.refresh(shop, over)


async def test_staffs_families_end_after_a_week(shop, boss, clock):
    _, token = await api(shop, boss)
    clock.forward(timedelta(days=4))
    token = (await service.refresh(shop, token)).token
    clock.forward(timedelta(days=3))
    with pytest.raises(Unauthenticated):
        await service.refresh(shop, token)


async def test_a_token_used_twice_ends_its_family(shop, meera):
    session, stolen = await api(shop, meera)
    _, other = await api(shop, meera)
    renewed = await service.refresh(shop, stolen)
    access = service.issue_access_token(shop, renewed.session)
    assert not await refused(shop, access)
    with pytest.raises(Unauthenticated) as caught:
        await service.refresh(shop, stolen)
    assert caught.value.code == "invalid_refresh_token"
    with pytest.raises(Unauthenticated):
        await service.refresh(shop, renewed.token)
    assert await refused(shop, access)
    assert (await service.refresh(shop, other)).session.id != session.id


async def test_of_parallel_refreshes_exactly_one_wins(shop, meera):
    for _ in range(5):
        _, token = await api(shop, meera)
        results = await asyncio.gather(*(service.refresh(shop, token) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(result, service.Refreshed) for result in results) == 1
        assert sum(isinstance(result, Unauthenticated) for result in results) == 7


async def test_a_made_up_refresh_token_ends_nobodys_family(shop, meera):
    session, token = await api(shop, meera)
    _, cookie = await service.start_session(shop, meera, Channel.BROWSER)
    access = service.issue_access_token(shop, session)
    for wrong in ("", "x", session.id, f"{session.id}.guess", token[:-1], cookie, access):
        with pytest.raises(Unauthenticated):
            await service.refresh(shop, wrong)
    assert (await service.refresh(shop, token)).session.id == session.id


async def test_no_refresh_after_signing_out_a_new_password_or_a_closed_account(shop, meera):
    session, signed_out = await api(shop, meera)
    await service.end_session(shop, session.id)
    _, before = await api(shop, meera)
    changed = await service.change_password(shop, meera, current=PASSWORD, new="banyan shade at noon")
    _, open_until = await api(shop, changed)
    await service.set_disabled(shop, changed, True)
    for token in (signed_out, before, open_until):
        with pytest.raises(Unauthenticated):
            await service.refresh(shop, token)
