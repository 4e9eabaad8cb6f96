"""The pages for a forgotten password."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from spoeq_core.identity import service as identity
from spoeq_core.identity.events import PasswordResetRequested

NEW = "banyan shade at noon"


async def mailed_link(shop) -> str:
    [raw] = await shop.mongo.collection("password_resets").find({}).to_list(None)
    link = urlsplit(identity.reset_link(shop, PasswordResetRequested(**raw["pending_events"][0]["data"])))
    return f"{link.path}?{link.query}"


@pytest.mark.parametrize(("who", "login"), [("meera", "/login"), ("boss", "/admin/login")])
async def test_the_way_back_in(browser, web_shop, meera, boss, who, login):
    account = {"meera": meera, "boss": boss}[who]
    assert (await browser.get("/forgot-password")).status_code == 200
    asked = await browser.post("/forgot-password", {"email": account.email})
    assert (asked.status_code, asked.headers["Location"]) == (303, "/forgot-password?sent=1")
    assert "a link is on its way" in await (await browser.get("/forgot-password?sent=1")).get_data(as_text=True)
    link = await mailed_link(web_shop)
    page = await browser.get(link)
    token = link.partition("token=")[2]
    assert f'name="token" value="{token}"' in await page.get_data(as_text=True)
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "private, no-store"
    weak = await browser.post("/reset-password", {"token": token, "password": "password"})
    assert weak.status_code == 422
    assert "too easy to guess" in await weak.get_data(as_text=True)
    done = await browser.post("/reset-password", {"token": token, "password": NEW})
    assert (done.status_code, done.headers["Location"]) == (303, login)
    signed_in = await browser.post(login, {"email": account.email, "password": NEW})
    assert signed_in.status_code == 303
    again = await browser.post("/reset-password", {"token": token, "password": NEW})
    assert again.status_code == 422
    assert "Ask for a new link" in await again.get_data(as_text=True)


async def test_asking_tells_nobody_who_has_an_account(browser, web_shop, meera):
    known = await browser.post("/forgot-password", {"email": meera.email})
    unknown = await browser.post("/forgot-password", {"email": "nobody@example.com"})
    assert known.status_code == unknown.status_code == 303
    assert await known.get_data() == await unknown.get_data()
    assert (await browser.post("/forgot-password", {"email": "no address"})).status_code == 422
    assert await web_shop.mongo.collection("password_resets").count_documents({}) == 1


async def test_a_link_without_a_token_says_so(browser):
    page = await browser.post("/reset-password", {"token": "", "password": NEW})
    assert page.status_code == 422
    assert "expired or was used" in await page.get_data(as_text=True)
    assert '<script>"' not in await (await browser.get('/reset-password?token=<script>"')).get_data(as_text=True)
