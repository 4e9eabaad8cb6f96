"""What every login provider must do: inherit the class, give it the fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from spoeq_core.identity.logins import (
    LONGEST_SUBJECT,
    LoginAttempt,
    LoginDeclined,
    LoginProfile,
    LoginProvider,
    callback_url,
)
from spoeq_core.kernel.ids import new_token
from spoeq_core.shop import Shop

NOTHING: tuple[Mapping[str, str], ...] = (
    {},
    {"code": ""},
    {"error": "access_denied"},
    {"error": "server_error"},
    {"code": "x" * 100_000},
    {"code": "a\x00b\n"},
    {"error": "invalid_scope", "error_description": "<script>"},
    {"error": "é\udcff"},
)
"""Answers with which nobody comes back who agreed."""


def an_attempt(shop: Shop, provider: LoginProvider) -> LoginAttempt:
    """A new one."""
    return LoginAttempt(new_token(), new_token(), callback_url(shop, provider.name))


class LoginProviderContract:
    """Conformance tests of a `LoginProvider`: where it leads, and whom it lets in.

    Fixtures: `shop`, with the plugin enabled and set up, and `provider`.

    Example:
        class TestMine(LoginProviderContract):
            @pytest.fixture
            def provider(self): return OpenIdProvider("mine", "Mine", client)

            async def comes_back(self, address, *, agrees=True):
                return await issuer.comes_back(address, agrees=agrees)
    """

    async def comes_back(self, address: str, *, agrees: bool = True) -> Mapping[str, str]:
        """The query with which a verified somebody comes back whom `begin` led to that address: say which."""
        raise NotImplementedError

    async def test_it_has_a_stable_name(self, provider: LoginProvider) -> None:
        """Small letters, digits and underscores: identities keep it; and a label for the button."""
        assert provider.name
        assert provider.name == provider.name.lower()
        assert provider.name.replace("_", "").isalnum()
        assert provider.label

    async def test_it_leads_there_without_secrets(self, shop: Shop, provider: LoginProvider) -> None:
        """State, redirect and challenge are in the address; the verifier is not."""
        assert provider.is_ready(shop)
        attempt = an_attempt(shop, provider)
        address = await provider.begin(shop, attempt)
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["state"] == attempt.state
        assert query["redirect_uri"] == attempt.redirect_uri
        assert (query["code_challenge"], query["code_challenge_method"]) == (attempt.challenge, "S256")
        assert attempt.verifier not in address

    async def test_who_agrees_is_known(self, shop: Shop, provider: LoginProvider) -> None:
        """The same person is the same subject, each time."""
        subjects = set()
        for _ in range(2):
            attempt = an_attempt(shop, provider)
            found = await provider.finish(shop, attempt, await self.comes_back(await provider.begin(shop, attempt)))
            assert isinstance(found, LoginProfile), found
            assert 0 < len(found.subject) <= LONGEST_SUBJECT
            assert "@" in found.email
            assert found.email_verified is True
            subjects.add(found.subject)
        assert len(subjects) == 1

    async def test_who_does_not_agree_is_not_an_error(self, shop: Shop, provider: LoginProvider) -> None:
        """It is said that they did not want to."""
        attempt = an_attempt(shop, provider)
        answer = await self.comes_back(await provider.begin(shop, attempt), agrees=False)
        found = await provider.finish(shop, attempt, answer)
        assert isinstance(found, LoginDeclined)
        assert found.reason == "denied"

    async def test_a_code_is_good_once(self, shop: Shop, provider: LoginProvider) -> None:
        """Whoever saw the address in a log gets nothing by it."""
        attempt = an_attempt(shop, provider)
        answer = await self.comes_back(await provider.begin(shop, attempt))
        assert isinstance(await provider.finish(shop, attempt, answer), LoginProfile)
        assert isinstance(await provider.finish(shop, attempt, answer), LoginDeclined)

    async def test_a_code_belongs_to_its_attempt(self, shop: Shop, provider: LoginProvider) -> None:
        """A code that was given out for another browser is refused (RFC 7636): PKCE is really used."""
        mine, theirs = an_attempt(shop, provider), an_attempt(shop, provider)
        answer = await self.comes_back(await provider.begin(shop, theirs))
        assert isinstance(await provider.finish(shop, mine, answer), LoginDeclined)

    async def test_what_nobody_gave_out_lets_nobody_in(self, shop: Shop, provider: LoginProvider) -> None:
        """Whatever stands in the address is no error."""
        for answer in (*NOTHING, {"code": "made up"}, {"code": "' OR 1=1 --"}):
            found = await provider.finish(shop, an_attempt(shop, provider), answer)
            assert isinstance(found, LoginDeclined), answer
