"""A customer's and the staff's pages for personal data: who may, what is asked, what is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.identity import service as identity
from spoeq_core.jobs.service import run_jobs
from spoeq_core.orders.finding import OrderFilter, find_orders
from spoeq_core.privacy.erasing import JOBS
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.visitors import Browser, shopper_browser, shopper_program, staff_browser
from tests.privacy.conftest import PASSWORD, bought, leaks
from tests.shopping import stock_up

MINE = "/account/privacy"
SECRET = "teal"


@pytest.fixture
async def app(servers: tuple[str, str], tmp_path: Path, clock: Any, plugins: Any) -> AsyncIterator[RunningApp]:
    async with app_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock) as running:
        await stock_up(running.shop, {"KURTA": 20})
        yield running


@pytest.fixture
def shop(app: RunningApp) -> Any:
    return app.shop


async def browser_of(app: RunningApp, email: str) -> Browser:
    browser = shopper_browser(app)
    answer = await browser.post("/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return browser


async def body(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def test_a_customer_takes_a_copy_with_the_password(app, person):
    meera, tara = await person("meera"), await person("tara")
    browser = await browser_of(app, meera.email)
    wrong = await browser.post(f"{MINE}/download", {"password": "neem leaves"})
    assert wrong.status_code == 422
    text = await body(wrong)
    assert "This is not your password." in text
    assert SECRET not in text
    right = await browser.post(f"{MINE}/download", {"password": PASSWORD})
    assert right.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert right.headers["Cache-Control"] == "no-store"
    copy = await body(right)
    assert json.loads(copy)["email"] == meera.email
    assert "meera loves teal" in copy
    assert "tara" not in copy
    assert tara.id not in copy


async def test_copies_are_limited(app, person):
    browser = await browser_of(app, (await person("meera")).email)
    answers = [(await browser.post(f"{MINE}/download", {"password": PASSWORD})).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


async def test_a_guest_and_another_site_get_nothing(app, person):
    meera = await person("meera")
    assert (await shopper_browser(app).post(f"{MINE}/download", {"password": PASSWORD})).status_code == 303
    browser = await browser_of(app, meera.email)
    forged = {"Sec-Fetch-Site": "cross-site"}
    answer = await browser.client.post(
        f"{MINE}/delete", form={"delete_password": PASSWORD, "sure": "1"}, headers=forged
    )
    assert answer.status_code == 403
    assert (await identity.customer_by_id(app.shop, meera.id)).erased_at is None


async def test_a_customer_deletes_the_account(app, person):
    meera = await person("meera")
    browser, elsewhere = await browser_of(app, meera.email), await browser_of(app, meera.email)
    unsure = await browser.post(f"{MINE}/delete", {"delete_password": PASSWORD})
    shown = await body(unsure)
    assert (unsure.status_code, "Tick the box" in shown) == (422, True)
    assert 'href="#f-sure-1"' in shown
    assert 'id="f-sure-1"' in shown
    wrong = await browser.post(f"{MINE}/delete", {"delete_password": "x", "sure": "1"})
    assert (wrong.status_code, "This is not your password." in await body(wrong)) == (422, True)
    assert (await browser.post(f"{MINE}/delete", {"delete_password": PASSWORD, "sure": "1"})).status_code == 303
    assert (await elsewhere.get("/account")).status_code == 303
    assert "Your account is closed" in await browser.text("/")
    await run_jobs(app.shop, JOBS)
    assert await leaks(app.shop) == []


async def test_an_open_order_keeps_the_account(app, person):
    meera = await person("meera")
    order = await bought(app.shop, meera)
    browser = await browser_of(app, meera.email)
    assert order.number in await browser.text(MINE)
    refused = await browser.post(f"{MINE}/delete", {"delete_password": PASSWORD, "sure": "1"})
    assert refused.status_code == 409
    assert f"These orders are not finished: {order.number}." in await body(refused)
    assert (await browser.get("/account")).status_code == 200


async def test_refresh_tokens_end_with_the_account(app, person):
    meera = await person("meera")
    program = shopper_program(app)
    _, tokens = await program.post("/auth/login", {"email": meera.email, "password": PASSWORD, "client": "app"})
    browser = await browser_of(app, meera.email)
    await browser.post(f"{MINE}/delete", {"delete_password": PASSWORD, "sure": "1"})
    assert (await program.post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert (await program.get("/me", Authorization=f"Bearer {tokens['access_token']}"))[0] == 401


@pytest.mark.parametrize("role", ["admin", "staff", "support", "warehouse"])
async def test_who_may_what(app, person, role):
    meera = await person("meera")
    browser, page = await staff_browser(app, role), f"/admin/customers/{meera.id}"
    sees, exports, erases = role != "warehouse", role in {"admin", "staff"}, role == "admin"
    assert (await browser.get(page)).status_code == (200 if sees else 403)
    if sees:
        shown = await browser.text(page)
        assert (f"{page}/export" in shown, f"{page}/erase" in shown) == (exports, erases)
    assert (await browser.post(f"{page}/export")).status_code == (200 if exports else 403)
    assert (await browser.get(f"{page}/erase")).status_code == (200 if erases else 403)
    assert (await browser.post(f"{page}/erase", {"confirmation": meera.email})).status_code == (303 if erases else 403)


@pytest.mark.parametrize("role", ["admin", "staff", "support"])
async def test_contacts_are_masked_in_lists_and_whole_on_the_page(app, person, role):
    meera = await person("meera")
    browser = await staff_browser(app, role)
    for listed in (await browser.text("/admin/customers"), await browser.text("/admin/search?q=meera")):
        assert "m••••••@example.com" in listed
        assert meera.email not in listed
    assert "+91 •••••• 2345" in await browser.text("/admin/customers")
    assert "98450 12345" not in await browser.text("/admin/customers")
    whole = await browser.text(f"/admin/customers/{meera.id}")
    assert "+91 98450 12345" in whole
    assert meera.email in whole


async def test_staff_take_a_copy_and_it_is_written_down(app, person):
    meera = await person("meera")
    guests = await bought(app.shop, None)
    browser = await staff_browser(app, "staff")
    copy = await body(await browser.post(f"/admin/customers/{meera.id}/export"))
    assert guests.number in copy
    entries = await find_entries(app.shop, target=f"customer:{meera.id}")
    assert "customer.exported" in [entry.action for entry in entries]


async def test_staff_erase_after_a_preview(app, person):
    meera = await person("meera")
    browser, page = await staff_browser(app, "admin"), f"/admin/customers/{meera.id}"
    preview = await browser.text(f"{page}/erase")
    for words in ("Mails sent", "Diary", "Made anonymous", "tax law asks for them", f"Type {meera.email} to confirm"):
        assert words in preview
    wrong = await browser.post(f"{page}/erase", {"confirmation": "meera"})
    assert wrong.status_code == 422
    begun = await browser.post(f"{page}/erase", {"confirmation": f" {meera.email.upper()} "})
    assert begun.headers["Location"].startswith("/admin/jobs/")
    assert "is being erased" in await browser.text(page)
    await run_jobs(app.shop, JOBS)
    assert await leaks(app.shop) == []
    assert "Erased customer" in await browser.text(page)
    assert "Erased customer" in await browser.text("/admin/customers")
    order = (await find_orders(app.shop, OrderFilter())).items[0]
    shown = await browser.text(f"/admin/orders/{order.id}")
    assert f'<a href="{page}">Erased customer</a>' in shown
    assert "Personal data erased" in shown
    again = await browser.post(f"{page}/erase", {"confirmation": "anything"})
    assert again.headers["Location"] == page


async def test_staff_are_told_which_order_is_open(app, person):
    meera = await person("meera")
    order = await bought(app.shop, meera)
    browser, page = await staff_browser(app, "admin"), f"/admin/customers/{meera.id}/erase"
    assert order.number in await browser.text(page)
    refused = await browser.post(page, {"confirmation": meera.email})
    assert refused.status_code == 409
    assert f"These orders are not finished: {order.number}." in await body(refused)


async def test_news_are_agreed_to_and_taken_back(app, clock):
    browser = shopper_browser(app)
    form = {"name": "Tara", "email": "tara@example.com", "password": PASSWORD}
    assert 'name="marketing" value="1" checked' not in await browser.text("/register")
    await browser.post("/register", form)
    program = shopper_program(app)
    _, tokens = await program.post("/auth/login", {"email": "tara@example.com", "password": PASSWORD})
    program.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    assert (await program.get("/me"))[1]["consents_given"] == []
    await browser.post(f"{MINE}/consents", {"marketing": "1"})
    at = clock.now().isoformat().replace("+00:00", "Z")
    _, me = await program.get("/me")
    assert me["consents_given"] == [{"to": "marketing", "since": at, "source": "account"}]
    staff = await staff_browser(app, "support")
    assert "on the account page" in await staff.text(f"/admin/customers/{me['id']}")
    await browser.post(f"{MINE}/consents", {})
    assert (await program.get("/me"))[1]["consents"] == {}
    _, me = await program.patch("/me", {"consents": {"marketing": True}})
    assert me["consents_given"][0]["source"] == "api"


async def test_registering_may_agree_to_news(app):
    browser = shopper_browser(app)
    form = {"name": "Tara", "email": "tara@example.com", "password": PASSWORD, "marketing": "1"}
    refused = await browser.post("/register", {**form, "password": "short"})
    assert 'value="1" checked' in await body(refused)
    await browser.post("/register", form)
    found = (await identity.find_customers(app.shop, text="tara@"))[0]
    assert found.consent_sources == {"marketing": "register"}
