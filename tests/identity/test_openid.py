"""The OpenID provider against an issuer that really serves: what it accepts, and what it lets nobody in with."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, strategies as st

from spoeq_core.identity.asking import LoginFault, declined
from spoeq_core.identity.logins import LoginAttempt, LoginDeclined, LoginProfile
from spoeq_core.identity.openid import OpenIdClient, OpenIdProvider
from spoeq_core.testing.logins import LoginProviderContract, an_attempt
from spoeq_core.testing.openid import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY_ID,
    Broken,
    Issuer,
    digest,
    key_number,
    running_issuer,
)


@pytest.fixture
def issuer(shop) -> Iterator[Issuer]:
    with running_issuer() as serving:
        serving.now = lambda: shop.clock.now().timestamp()
        yield serving


@pytest.fixture
def provider(issuer: Issuer) -> OpenIdProvider:
    client = OpenIdClient(issuer.url, CLIENT_ID, CLIENT_SECRET)
    return OpenIdProvider("issuer", "Issuer", lambda _: client, patience=60.0)


class TestOpenId(LoginProviderContract):
    @pytest.fixture(autouse=True)
    def _at(self, issuer: Issuer) -> None:
        self.issuer = issuer

    async def comes_back(self, address: str, *, agrees: bool = True) -> dict[str, str]:
        return await self.issuer.comes_back(address, agrees=agrees)


async def come(shop, provider: OpenIdProvider, issuer: Issuer, attempt: LoginAttempt | None = None) -> Any:
    attempt = attempt or an_attempt(shop, provider)
    return await provider.finish(shop, attempt, await issuer.comes_back(await provider.begin(shop, attempt)))


def none_signed(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, "", algorithm="none", headers={"kid": KEY_ID})


def signed_by_the_public_key(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    """HS256 with what everybody knows of the key: the classic confusion of algorithms."""
    public = issuer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(claims: dict[str, Any]) -> str:
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}, claims)]
        body = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
        mac = urlsafe_b64encode(hmac.digest(public, body, "sha256")).rstrip(b"=")
        return (body + b"." + mac).decode()

    return sign


def unsigned(issuer: Issuer) -> Callable[[dict[str, Any]], str]:
    """A good token with another body under the old signature."""

    def sign(claims: dict[str, Any]) -> str:
        head, _, signature = issuer.signed(claims).split(".")
        other = urlsafe_b64encode(json.dumps({**claims, "sub": "somebody else"}).encode()).rstrip(b"=").decode()
        return f"{head}.{other}.{signature}"

    return sign


BENT: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": "{url}/"},
    "another client": {"aud": "somebody"},
    "several clients": {"aud": [CLIENT_ID, "somebody"]},
    "for somebody else": {"azp": "somebody"},
    "over": {"exp": -120},
    "never over": {"exp": "never"},
    "of the future": {"iat": 3600},
    "no subject": {"sub": ""},
    "a long subject": {"sub": "x" * 256},
    "a number for a subject": {"sub": 5},
}


async def test_a_token_with_wrong_claims_lets_nobody_in(shop, provider, issuer: Issuer):
    for what, bent in BENT.items():
        (claim, value), now = *bent.items(), int(issuer.now())
        told = value.replace("{url}", issuer.url) if isinstance(value, str) else value
        wrong = {claim: now + value if claim in ("exp", "iat") and type(value) is int else told}
        issuer.bend = lambda claims, wrong=wrong: {**claims, **wrong}
        found = await come(shop, provider, issuer)
        assert isinstance(found, LoginDeclined), what
        assert found.reason == "untrusted"


async def test_a_token_that_lacks_a_claim_lets_nobody_in(shop, provider, issuer: Issuer):
    for claim in ("iss", "sub", "aud", "exp", "iat"):
        issuer.bend = lambda claims, claim=claim: {name: value for name, value in claims.items() if name != claim}
        assert isinstance(await come(shop, provider, issuer), LoginDeclined), claim


async def test_a_token_that_the_issuer_did_not_sign_lets_nobody_in(shop, provider, issuer: Issuer):
    other = Issuer(key=key_number(2))
    for how, sign in {
        "none": none_signed,
        "HS256": signed_by_the_public_key(issuer),
        "another body": unsigned(issuer),
        "another key": other.signed,
        "no token": lambda claims: "a.b.c",
        "no kid": lambda claims: jwt.encode(claims, other.key, algorithm="RS256"),
    }.items():
        issuer.sign = sign
        found = await come(shop, provider, issuer)
        assert isinstance(found, LoginDeclined), how
        assert found.reason == "untrusted"


async def test_one_audience_may_stand_in_a_list(shop, provider, issuer: Issuer):
    issuer.bend = lambda claims: {**claims, "aud": [CLIENT_ID], "azp": CLIENT_ID}
    assert isinstance(await come(shop, provider, issuer), LoginProfile)


async def test_the_issuer_names_itself_in_its_answer(shop, provider, issuer: Issuer):
    attempt = an_attempt(shop, provider)
    answer = await issuer.comes_back(await provider.begin(shop, attempt))
    for wrong in ({**answer, "iss": "https://evil.example"}, {k: v for k, v in answer.items() if k != "iss"}):
        assert isinstance(await provider.finish(shop, attempt, wrong), LoginDeclined)
    assert isinstance(await provider.finish(shop, attempt, answer), LoginProfile)


async def test_a_new_key_is_asked_for(shop, provider, issuer: Issuer):
    assert isinstance(await come(shop, provider, issuer), LoginProfile)
    before = issuer.asked.count("GET /keys")
    assert isinstance(await come(shop, provider, issuer), LoginProfile)
    assert issuer.asked.count("GET /keys") == before, "keys are kept"
    other = Issuer(key=key_number(2))
    issuer.key = other.key
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spoeq_core.testing.openid.KEY_ID", "newer")
        assert isinstance(await come(shop, provider, issuer), LoginProfile)
    assert issuer.asked.count("GET /keys") == before + 1


async def test_what_the_token_leaves_out_is_asked_for(shop, provider, issuer: Issuer):
    hidden = ("email", "email_verified", "name")
    issuer.bend = lambda claims: {name: value for name, value in claims.items() if name not in hidden}
    found = await come(shop, provider, issuer)
    assert isinstance(found, LoginProfile)
    assert (found.email, found.email_verified, found.name) == ("meera@example.com", True, "Meera Nair")


async def test_userinfo_of_somebody_else_is_not_believed(shop, provider, issuer: Issuer):
    issuer.bend = lambda claims: {
        **{name: value for name, value in claims.items() if not name.startswith("email")},
        "sub": "somebody else",
    }
    assert isinstance(await come(shop, provider, issuer), LoginDeclined)


async def test_an_address_is_verified_if_the_issuer_says_so(shop, provider, issuer: Issuer):
    for said, verified in ((True, True), ("true", True), (False, False), ("false", False), (1, False), ("yes", False)):
        issuer.person = replace(issuer.person, email_verified=said)
        assert (await come(shop, provider, issuer)).email_verified is verified, said


@pytest.mark.parametrize(
    "broken",
    [
        Broken(),
        Broken(200, b"<html>"),
        Broken(200, b"[]"),
        Broken(200, b"{}"),
        Broken(302, b""),
        Broken(401, b'{"error": "invalid_client"}'),
        Broken(200, b" " * 600_000),
        Broken(silent=True),
    ],
    ids=["500", "html", "list", "empty", "elsewhere", "refused", "huge", "silent"],
)
async def test_an_issuer_that_fails_is_a_fault(shop, provider, issuer: Issuer, broken: Broken):
    client = OpenIdClient(issuer.url, CLIENT_ID, CLIENT_SECRET)
    hasty = OpenIdProvider("issuer", "Issuer", lambda _: client, patience=1.0)
    for endpoint in ("/.well-known/openid-configuration", "/keys", "/token"):
        issuer.broken[endpoint] = broken
        with pytest.raises(LoginFault) as found:
            await come(shop, hasty if broken.silent else provider, issuer)
        assert CLIENT_SECRET not in str(found.value)
        del issuer.broken[endpoint]
    assert isinstance(await come(shop, provider, issuer), LoginProfile)


async def test_an_issuer_that_is_down_is_a_fault(shop, provider, issuer: Issuer):
    with running_issuer() as gone:
        client = OpenIdClient(gone.url, CLIENT_ID, CLIENT_SECRET)
    away = OpenIdProvider("gone", "Gone", lambda _: client)
    with pytest.raises(LoginFault, match="does not answer"):
        await away.begin(shop, an_attempt(shop, away))
    assert "does not answer" in str(await away.trouble(shop))


async def test_a_discovery_document_of_another_issuer_is_not_believed(shop, provider, issuer: Issuer):
    issuer.broken["/.well-known/openid-configuration"] = Broken(
        200, json.dumps({**issuer.metadata(), "issuer": "https://evil.example"}).encode()
    )
    with pytest.raises(LoginFault, match="is not of"):
        await provider.begin(shop, an_attempt(shop, provider))


async def test_secrets_go_to_https_addresses_only(shop, issuer: Issuer):
    client = OpenIdClient(issuer.url, CLIENT_ID, CLIENT_SECRET)
    for address in ("http://evil.example/token", "ftp://127.0.0.1/", "", None, 5, "//evil.example"):
        metadata = {**issuer.metadata(), "token_endpoint": address}
        issuer.broken["/.well-known/openid-configuration"] = Broken(200, json.dumps(metadata).encode())
        with pytest.raises(LoginFault, match="is not https"):
            await come(shop, OpenIdProvider("issuer", "Issuer", lambda _: client), issuer)


async def test_the_check_tells_whether_the_keys_are_right(shop, provider, issuer: Issuer):
    assert await provider.trouble(shop) == ""
    assert await OpenIdProvider("off", "Off", lambda _: None).trouble(shop) is None
    wrong = OpenIdProvider("wrong", "Wrong", lambda _: OpenIdClient(issuer.url, CLIENT_ID, "typo"))
    assert "refuses the client id or the secret" in str(await wrong.trouble(shop))


async def test_an_issuer_without_post_gets_basic(shop, provider, issuer: Issuer):
    metadata = issuer.metadata()
    del metadata["token_endpoint_auth_methods_supported"]
    issuer.broken["/.well-known/openid-configuration"] = Broken(200, json.dumps(metadata).encode())
    assert isinstance(await come(shop, provider, issuer), LoginProfile)


@given(st.dictionaries(st.sampled_from(["code", "error", "iss", "state"]) | st.text(), st.text()))
def test_whatever_an_address_says_is_a_code_or_a_refusal(answer: dict[str, str]):
    found = declined(answer)
    if found is None:
        assert not answer.get("error")
        assert answer["code"].isascii()
        assert answer["code"].isprintable()
    else:
        assert found.reason in ("denied", "expired")


@given(st.text(min_size=1), st.text(alphabet="abc?=&/", max_size=10))
def test_an_attempts_address_says_what_it_was_given(client_id: str, path: str):
    attempt = LoginAttempt("state", "verifier", "https://shop.example/back")
    query = dict(parse_qsl(urlsplit(attempt.address(f"https://id.example/{path}", client_id, scope="a b")).query))
    assert query["client_id"] == client_id
    assert (query["state"], query["scope"]) == ("state", "a b")
    assert query["code_challenge"] == digest("verifier")
    assert "verifier" not in query.values()
    assert attempt.nonce not in (attempt.challenge, attempt.verifier)
