"""Signing in with GitHub: who somebody is, and what GitHub's habits must not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.sdk import LoginDeclined, LoginFault, LoginProfile
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.logins import LoginProviderContract, an_attempt
from spoeq_core.testing.visitors import shopper_browser
from spoeq_github_login import plugin
from spoeq_github_login.service import GitHub

if TYPE_CHECKING:
    from .conftest import StandIn

SECRET = "kit-secret-not-to-be-shown"


@pytest.fixture
def provider(github: StandIn) -> GitHub:
    return GitHub(github.url, github.url)


async def come(shop: Shop, provider: GitHub, github: StandIn) -> Any:
    attempt = an_attempt(shop, provider)
    return await provider.finish(shop, attempt, github.agree(await provider.begin(shop, attempt)))


class TestGitHub(LoginProviderContract):
    @pytest.fixture(autouse=True)
    def _at(self, github: StandIn) -> None:
        self.github = github

    async def comes_back(self, address: str, *, agrees: bool = True) -> dict[str, str]:
        return self.github.agree(address, agrees=agrees)


async def test_who_somebody_is_says_the_number_of_the_account(shop: Shop, provider: GitHub, github: StandIn):
    assert await come(shop, provider, github) == LoginProfile("583231", "meera@example.com", True, "Meera Nair")
    github.user = {"id": 583231, "login": "renamed", "name": None}
    assert await come(shop, provider, github) == LoginProfile("583231", "meera@example.com", True, "renamed")


@pytest.mark.parametrize(
    "emails",
    [
        [],
        [{"email": "meera@example.com", "primary": True, "verified": False}],
        [{"email": "meera@example.com", "primary": False, "verified": True}],
        [{"email": "meera@example.com", "primary": "true", "verified": "true"}],
        [{"email": None, "primary": True, "verified": True}, "odd"],
    ],
)
async def test_only_the_primary_verified_address_counts(shop: Shop, provider: GitHub, github: StandIn, emails: Any):
    github.emails = emails
    assert await come(shop, provider, github) == LoginProfile("583231", "", False, "Meera Nair")


@pytest.mark.parametrize("user", [{}, [], None, {"id": "583231"}, {"id": True}, {"login": "meera"}])
async def test_somebody_without_a_number_is_nobody(shop: Shop, provider: GitHub, github: StandIn, user: Any):
    github.user = user
    with pytest.raises(LoginFault, match="does not say who it is"):
        await come(shop, provider, github)


async def test_errors_that_come_with_status_200_are_errors(shop: Shop, provider: GitHub, github: StandIn):
    github.token = {"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."}
    assert isinstance(await come(shop, provider, github), LoginDeclined)
    for told in ({"error": "redirect_uri_mismatch"}, {}, {"access_token": ""}, {"access_token": 5}):
        github.token = told
        with pytest.raises(LoginFault) as found:
            await come(shop, provider, github)
        assert SECRET not in str(found.value)
    github.token = {"access_token": "gho_taken_back", "scope": ""}
    with pytest.raises(LoginFault, match="/user answered 401"):
        await come(shop, provider, github)


async def test_the_check_says_whether_github_takes_the_keys(running: RunningApp, provider: GitHub):
    shop = running.shop
    assert await provider.trouble(shop) is None
    assert await plugin.health_report(shop) is None
    await save_settings(shop, "github_login", {"client_id": "Iv1.kit", "client_secret": "a typo"})
    assert "incorrect_client_credentials" in str(await provider.trouble(shop))
    await save_settings(shop, "github_login", {"client_id": "Iv1.kit", "client_secret": SECRET})
    assert await provider.trouble(shop) == ""


async def test_the_button_is_there_once_both_keys_are(running: RunningApp):
    browser = shopper_browser(running)
    assert "Continue with GitHub" not in await browser.text("/login")
    await save_settings(running.shop, "github_login", {"client_id": "Iv1.kit", "client_secret": SECRET})
    assert "Continue with GitHub" in await browser.text("/login")
    with pytest.raises(SpoeqError):
        await save_settings(running.shop, "github_login", {"client_id": "with spaces"})
