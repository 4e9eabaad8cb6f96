"""Signing in with Google, against an issuer on loopback that does as Google does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from spoeq_core.identity.openid import OpenIdProvider
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.logins import LoginProviderContract
from spoeq_core.testing.openid import CLIENT_ID, CLIENT_SECRET, Issuer, running_issuer
from spoeq_core.testing.visitors import shopper_browser
from spoeq_google_login import plugin
from spoeq_google_login.service import google

KEYS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as serving:
        yield serving


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def shop(running: RunningApp) -> Shop:
    await save_settings(running.shop, "google_login", KEYS)
    return running.shop


class TestGoogle(LoginProviderContract):
    @pytest.fixture
    def provider(self, issuer: Issuer) -> OpenIdProvider:
        self.issuer = issuer
        return google(issuer.url)

    async def comes_back(self, address: str, *, agrees: bool = True) -> dict[str, str]:
        return await self.issuer.comes_back(address, agrees=agrees)


async def test_the_button_is_there_once_both_keys_are(running: RunningApp):
    browser = shopper_browser(running)
    assert "Continue with Google" not in await browser.text("/login")
    await save_settings(running.shop, "google_login", {"client_id": CLIENT_ID})
    assert "Continue with Google" not in await browser.text("/login")
    await save_settings(running.shop, "google_login", KEYS)
    assert "Continue with Google" in await browser.text("/login")
    stored = await running.shop.mongo.collection("plugin_states").find_one({"_id": "google_login"})
    assert CLIENT_SECRET not in str(stored)


async def test_the_check_says_whether_google_takes_the_keys(running: RunningApp, issuer: Issuer):
    assert await google(issuer.url).trouble(running.shop) is None
    assert await plugin.health_report(running.shop) is None
    await save_settings(running.shop, "google_login", {**KEYS, "client_secret": "a typo"})
    assert "refuses the client id or the secret" in str(await google(issuer.url).trouble(running.shop))
    await save_settings(running.shop, "google_login", KEYS)
    assert await google(issuer.url).trouble(running.shop) == ""
