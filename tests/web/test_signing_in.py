"""Signing in and out: the pages of shoppers and staff, and the routes of the API."""

from __future__ import annotations

import asyncio
import re

import pytest

from spoeq_core.audit import service as audit
from spoeq_core.identity import service as identity
from spoeq_core.identity.events import PasswordResetRequested
from spoeq_core.identity.model import Channel

PASSWORD = "neem leaves at dawn"
NEW = "banyan shade at noon"
ADDRESS = {
    "name": "Meera Nair",
    "phone": "98450 12345",
    "line1": "14, 3rd Cross",
    "city": "Bengaluru",
    "state": "Karnataka",
    "postal_code": "560001",
}


async def tokens(client, email: str = "meera@example.com", /, **more: str) -> dict:
    response = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD, **more})
    assert response.status_code == 200
    return await response.get_json()


def auth(answer: dict) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['access_token']}"}


# -- pages -------------------------------------------------------------------------------------------------------------


async def test_a_shopper_signs_in_goes_on_and_signs_out(browser, meera):
    page = await (await browser.get("/login?next=/account/addresses")).get_data(as_text=True)
    assert '<input type="hidden" name="next" value="/account/addresses">' in page
    form = {"email": "MEERA@example.com ", "password": PASSWORD, "next": "/account/addresses"}
    response = await browser.post("/login", form)
    assert (response.status_code, response.headers["Location"]) == (303, "/account/addresses")
    assert "Meera Nair" in await (await browser.get("/account")).get_data(as_text=True)
    assert (await browser.get("/login")).headers["Location"] == "/account"
    assert (await browser.get("/register?next=/cart")).headers["Location"] == "/cart"
    response = await browser.post("/logout")
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert "spoeq_session" not in browser.cookies()
    assert (await browser.get("/account")).status_code == 303


async def test_a_wrong_password_keeps_the_address_and_never_the_password(browser, meera, boss):
    for email in (meera.email, "nobody@example.com", boss.email, "<b>x</b>"):
        response = await browser.post("/login", {"email": email, "password": "my secret guess"})
        page = await response.get_data(as_text=True)
        assert response.status_code == 422
        assert "<title>Error:" in page
        assert "The e-mail address or the password is wrong." in page
        assert "my secret guess" not in page
        assert "<b>x</b>" not in page


async def test_signing_in_gives_a_new_session_and_ends_the_one_before(app, browser, web_shop, meera, browser_of):
    victim_chosen = (await identity.start_session(web_shop, meera, Channel.BROWSER))[1]
    browser.client.set_cookie("localhost", "spoeq_session", victim_chosen)
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    assert browser.cookies()["spoeq_session"] != victim_chosen
    other = browser_of(app)
    other.client.set_cookie("localhost", "spoeq_session", victim_chosen)
    assert (await other.get("/account")).status_code == 303
    assert (await browser.get("/account")).status_code == 200


async def test_a_made_up_session_cookie_does_not_become_a_session(app, browser, meera):
    browser.client.set_cookie("localhost", "spoeq_session", "attacker-chosen")
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    assert "attacker-chosen" not in browser.cookies()["spoeq_session"]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"])
async def test_no_sign_in_page_leads_elsewhere(browser, meera, boss, target):
    page = await (await browser.get(f"/login?next={target}")).get_data(as_text=True)
    assert "evil.example" not in page
    response = await browser.post("/login", {"email": meera.email, "password": PASSWORD, "next": target})
    assert response.headers["Location"] == "/account"
    assert (await browser.get(f"/login?next={target}")).headers["Location"] == "/account"
    response = await browser.post("/admin/login", {"email": boss.email, "password": PASSWORD, "next": target})
    assert response.headers["Location"] == "/admin"


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/admin/orders?q=1", "/admin/orders?q=1"),
        ("/account", "/admin"),
        ("/administrator", "/admin"),
        ("/admin/login", "/admin"),
    ],
)
async def test_staff_stay_in_the_admin(browser, boss, wanted, target):
    response = await browser.post("/admin/login", {"email": boss.email, "password": PASSWORD, "next": wanted})
    assert response.headers["Location"] == target


async def test_staff_sign_in_at_their_own_page_only(browser, web_shop, meera, boss):
    assert (await browser.post("/login", {"email": boss.email, "password": PASSWORD})).status_code == 422
    assert (await browser.post("/admin/login", {"email": meera.email, "password": PASSWORD})).status_code == 422
    response = await browser.post("/admin/login", {"email": boss.email, "password": PASSWORD})
    assert response.status_code == 303
    assert (await browser.get("/admin/probe")).status_code == 200
    assert (await browser.get("/probe/mine")).status_code == 303
    [entry] = await audit.find_entries(web_shop, actor_id=boss.id)
    assert entry.action == "staff.signed_in"
    assert (await browser.post("/admin/logout")).headers["Location"] == "/admin/login"
    assert (await browser.get("/admin/probe")).status_code == 303


async def test_a_disabled_account_is_out_at_once(browser, web_shop, meera):
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    await identity.set_disabled(web_shop, meera, True)
    assert (await browser.get("/account")).status_code == 303
    assert (await browser.post("/login", {"email": meera.email, "password": PASSWORD})).status_code == 422


async def test_a_visitor_registers(browser, web_shop):
    wrong = await browser.post("/register", {"email": "new@example.com", "password": "password", "name": ""})
    page = await wrong.get_data(as_text=True)
    assert wrong.status_code == 422
    assert "Enter a name." in page
    assert "too easy to guess" in page
    assert 'value="new@example.com"' in page
    form = {"email": "new@example.com", "password": "  spaces belong to it  ", "name": "New", "next": "/checkout"}
    response = await browser.post("/register", form)
    assert (response.status_code, response.headers["Location"]) == (303, "/checkout")
    assert "New" in await (await browser.get("/account")).get_data(as_text=True)
    assert (await identity.authenticate(web_shop, "new@example.com", "  spaces belong to it  ")).name == "New"


async def test_the_account_page_saves_details(browser, meera):
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    wrong = await browser.post("/account", {"name": "", "phone": "12"})
    assert wrong.status_code == 422
    assert "Enter a name." in await wrong.get_data(as_text=True)
    assert (await browser.post("/account", {"name": "Meera K", "phone": "98450 12345"})).status_code == 303
    page = await (await browser.get("/account")).get_data(as_text=True)
    assert "Meera K" in page
    assert "+919845012345" in page


async def test_the_address_book(browser, meera):
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    wrong = await browser.post("/account/addresses", {**ADDRESS, "postal_code": "0"})
    assert wrong.status_code == 422
    assert "Enter a 6-digit PIN code" in await wrong.get_data(as_text=True)
    assert (await browser.post("/account/addresses", ADDRESS)).status_code == 303
    page = await (await browser.get("/account/addresses")).get_data(as_text=True)
    address_id = re.search(r"/account/addresses/(\w+)/delete", page).group(1)
    edited = await (await browser.get(f"/account/addresses?edit={address_id}")).get_data(as_text=True)
    assert f'action="/account/addresses/{address_id}"' in edited
    assert 'value="14, 3rd Cross"' in edited
    wrong = await browser.post(f"/account/addresses/{address_id}", {**ADDRESS, "phone": "1"})
    assert wrong.status_code == 422
    assert (await browser.post(f"/account/addresses/{address_id}", {**ADDRESS, "city": "Mysuru"})).status_code == 303
    assert "Mysuru" in await (await browser.get("/account/addresses")).get_data(as_text=True)
    assert (await browser.post(f"/account/addresses/{address_id}/delete")).status_code == 303
    for path in (f"/account/addresses/{address_id}/delete", f"/account/addresses/{address_id}"):
        assert (await browser.post(path, ADDRESS)).status_code == 404
    assert (await browser.get("/account/addresses?edit=nothing")).status_code == 404


# -- API ---------------------------------------------------------------------------------------------------------------


async def test_a_customer_registers_with_the_api(program):
    body = {"email": "New@example.com", "password": PASSWORD, "name": "New"}
    response = await program.post("/api/v1/auth/register", json=body)
    answer = await response.get_json()
    assert response.status_code == 201
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 900)
    assert (answer["user"]["email"], answer["user"]["kind"], answer["user"]["role"]) == (
        "new@example.com",
        "customer",
        None,
    )
    assert "refresh_token" not in answer
    assert "password" not in str(answer)
    cookie = response.headers["Set-Cookie"]
    for part in ("spoeq_refresh=", "HttpOnly", "Path=/api/v1/auth", "SameSite=Strict", "Max-Age=604800"):
        assert part in cookie
    taken = await program.post("/api/v1/auth/register", json=body)
    assert taken.status_code == 422
    assert (await taken.get_json())["errors"][0] == {
        "field": "email",
        "message": "This e-mail address has an account already. Sign in instead.",
        "code": "taken",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@example.com", "password": PASSWORD},
        {"email": "a@example.com", "password": PASSWORD, "name": "A", "role": "admin"},
        {"email": ["a@example.com"], "password": PASSWORD, "name": "A"},
        {"email": "a@example.com", "password": 12345678, "name": "A"},
        {"email": "a@example.com", "password": PASSWORD, "name": "A", "client": "toaster"},
        {"email": "a@example.com", "password": "x" * 5000, "name": "A"},
    ],
)
async def test_wrong_bodies_are_named(program, body):
    response = await program.post("/api/v1/auth/register", json=body)
    assert response.status_code == 422
    assert (await response.get_json())["errors"]


@pytest.mark.parametrize("path", ["login", "register", "forgot-password", "reset-password", "refresh"])
@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b"\xff\xfe", b'{"email": "\\ud800"}'])
async def test_what_is_no_json_object_is_malformed(program, path, raw):
    assert (await program.post(f"/api/v1/auth/{path}", data=raw)).status_code == 400


async def test_staff_sign_in_with_the_same_route(program, boss):
    answer = await tokens(program, boss.email)
    assert (answer["user"]["kind"], answer["user"]["role"]) == ("staff", "admin")
    me = await (await program.get("/api/v1/me", headers=auth(answer))).get_json()
    assert "orders.manage" in me["permissions"]
    assert (await program.get("/api/v1/me/addresses", headers=auth(answer))).status_code == 403


async def test_every_failure_to_sign_in_looks_the_same(program, web_shop, meera):
    await identity.set_disabled(web_shop, meera, True)
    answers = set()
    for email, password in (
        (meera.email, PASSWORD),
        (meera.email, "wrong"),
        ("x@example.com", "x"),
        ("", ""),
        (meera.email, "x" * 90_000),
    ):
        response = await program.post("/api/v1/auth/login", json={"email": email, "password": password})
        answers.add((response.status_code, await response.get_data(as_text=True)))
    assert len(answers) == 1
    assert answers.pop()[0] == 401


async def test_an_old_bearer_token_does_not_stand_in_the_way_of_signing_in(program, meera):
    headers = {"Authorization": "Bearer expired"}
    for path, body in (
        ("login", {"email": meera.email, "password": PASSWORD}),
        ("forgot-password", {"email": "x@y.z"}),
    ):
        assert (await program.post(f"/api/v1/auth/{path}", json=body, headers=headers)).status_code < 300
    assert (await program.post("/api/v1/auth/logout", headers=headers)).status_code == 204


async def test_apps_refresh_with_the_body_and_only_once(program, meera):
    first = await tokens(program, client="app")
    second = await program.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    renewed = await second.get_json()
    assert second.status_code == 200
    assert "Set-Cookie" not in second.headers
    assert renewed["refresh_token"] != first["refresh_token"]
    assert (await program.get("/api/v1/me", headers=auth(renewed))).status_code == 200
    stolen = await program.post("/api/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert stolen.status_code == 401
    assert (await stolen.get_json())["code"] == "invalid_refresh_token"
    assert (await program.get("/api/v1/me", headers=auth(renewed))).status_code == 401
    late = await program.post("/api/v1/auth/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert late.status_code == 401


async def test_of_parallel_refreshes_one_is_answered(program, meera):
    first = await tokens(program, client="app")
    body = {"refresh_token": first["refresh_token"]}
    answers = await asyncio.gather(*(program.post("/api/v1/auth/refresh", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401, 401]


async def test_browsers_refresh_with_the_cookie(browser, meera):
    body = {"email": meera.email, "password": PASSWORD}
    await browser.client.post("/api/v1/auth/login", json=body, headers=browser.headers)
    before = browser.cookies()["spoeq_refresh"]
    forged = await browser.client.post("/api/v1/auth/refresh", headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 403
    response = await browser.client.post("/api/v1/auth/refresh", headers=browser.headers)
    assert response.status_code == 200
    assert "refresh_token" not in await response.get_json()
    assert browser.cookies()["spoeq_refresh"] != before
    response = await browser.client.post("/api/v1/auth/logout", headers=browser.headers)
    assert response.status_code == 204
    assert "spoeq_refresh" not in browser.cookies()
    assert (await browser.client.post("/api/v1/auth/refresh", headers=browser.headers)).status_code == 401


async def test_a_refresh_token_is_no_access_token_nor_a_cookie(app, program, meera, browser_of):
    answer = await tokens(program, client="app")
    wrong = {"Authorization": f"Bearer {answer['refresh_token']}"}
    assert (await program.get("/api/v1/me", headers=wrong)).status_code == 401
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_session", answer["refresh_token"])
    assert (await browser.get("/account")).status_code == 303


async def test_signing_out_ends_the_tokens_session(program, meera):
    one, two = await tokens(program, client="app"), await tokens(program, client="app")
    assert (await program.post("/api/v1/auth/logout", headers=auth(one))).status_code == 204
    assert (await program.get("/api/v1/me", headers=auth(one))).status_code == 401
    assert (await program.get("/api/v1/me", headers=auth(two))).status_code == 200
    out = await program.post("/api/v1/auth/logout", json={"refresh_token": two["refresh_token"]})
    assert out.status_code == 204
    assert (await program.get("/api/v1/me", headers=auth(two))).status_code == 401
    assert (await program.post("/api/v1/auth/logout")).status_code == 204


async def test_signing_out_everywhere_ends_browsers_too(browser, program, meera):
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    one, two = await tokens(program), await tokens(program)
    assert (await program.post("/api/v1/auth/logout-all", headers=auth(one))).status_code == 204
    assert (await program.get("/api/v1/me", headers=auth(two))).status_code == 401
    assert (await browser.get("/account")).status_code == 303


async def test_sessions_are_listed_and_ended(browser, program, web_shop, meera, boss):
    await browser.post("/login", {"email": meera.email, "password": PASSWORD})
    mine, other = await tokens(program), await tokens(program)
    theirs = await tokens(program, boss.email)

    async def items() -> list[dict]:
        return (await (await program.get("/api/v1/auth/sessions", headers=auth(mine))).get_json())["items"]

    listed = await items()
    assert len(listed) == 3
    assert sorted(item["channel"] for item in listed) == ["api", "api", "browser"]
    assert [item["current"] for item in listed].count(True) == 1
    assert not any("secret" in key or "hash" in key for item in listed for key in item)
    in_browser = next(item["id"] for item in listed if item["channel"] == "browser")
    ended = await program.delete(f"/api/v1/auth/sessions/{in_browser}", headers=auth(mine))
    assert ended.status_code == 204
    assert (await browser.get("/account")).status_code == 303
    assert (await program.delete(f"/api/v1/auth/sessions/{in_browser}", headers=auth(theirs))).status_code == 404
    mine_id = next(item["id"] for item in listed if item["current"])
    assert (await program.delete(f"/api/v1/auth/sessions/{mine_id}", headers=auth(theirs))).status_code == 404
    assert (await program.delete("/api/v1/auth/sessions", headers=auth(mine))).status_code == 204
    assert [item["current"] for item in await items()] == [True]
    assert (await program.get("/api/v1/me", headers=auth(other))).status_code == 401
    assert (await program.get("/api/v1/me", headers=auth(theirs))).status_code == 200


async def test_a_forgotten_password(program, web_shop, meera):
    before = await tokens(program)
    answers = set()
    for email in (meera.email, "nobody@example.com", "no address", meera.email, meera.email, meera.email, meera.email):
        response = await program.post("/api/v1/auth/forgot-password", json={"email": email})
        answers.add((response.status_code, await response.get_data(as_text=True)))
    assert {status for status, _ in answers} == {202}
    assert len(answers) == 1
    resets = await web_shop.mongo.collection("password_resets").find({}).to_list(None)
    assert len(resets) == 3
    token = identity.reset_token(web_shop, PasswordResetRequested(**resets[0]["pending_events"][0]["data"]))
    weak = await program.post("/api/v1/auth/reset-password", json={"token": token, "password": "password"})
    assert (await weak.get_json())["errors"][0]["field"] == "password"
    body = {"token": token, "password": NEW}
    assert (await program.post("/api/v1/auth/reset-password", json=body)).status_code == 204
    again = await program.post("/api/v1/auth/reset-password", json=body)
    assert (await again.get_json())["errors"][0]["field"] == "token"
    assert (await program.get("/api/v1/me", headers=auth(before))).status_code == 401
    new = await program.post("/api/v1/auth/login", json={"email": meera.email, "password": NEW})
    assert new.status_code == 200


# -- me ----------------------------------------------------------------------------------------------------------------


async def test_a_profile_is_read_and_changed(program, meera):
    headers = auth(await tokens(program))
    body = {"name": "Meera K", "phone": "98450 12345", "consents": {"marketing": True}}
    changed = await (await program.patch("/api/v1/me", json=body, headers=headers)).get_json()
    assert (changed["name"], changed["phone"], changed["consents"]) == ("Meera K", "+919845012345", {"marketing": True})
    assert await (await program.get("/api/v1/me", headers=headers)).get_json() == changed
    for wrong in (
        {"email": "x@example.com"},
        {"role": "admin"},
        {"phone": "1"},
        {"consents": {"all": True}},
        {"disabled": False},
        {"name": "X", "password": NEW},
    ):
        assert (await program.patch("/api/v1/me", json=wrong, headers=headers)).status_code == 422


async def test_a_password_changes_with_the_current_one_and_ends_other_sessions(program, meera, boss):
    for email in (meera.email, boss.email):
        here, elsewhere = await tokens(program, email, client="app"), await tokens(program, email)
        for body in ({"password": NEW}, {"password": NEW, "current_password": "wrong"}):
            refused = await program.patch("/api/v1/me", json=body, headers=auth(here))
            assert (await refused.get_json())["errors"][0]["field"] == "current_password"
        body = {"password": NEW, "current_password": PASSWORD}
        assert (await program.patch("/api/v1/me", json=body, headers=auth(here))).status_code == 200
        assert (await program.get("/api/v1/me", headers=auth(elsewhere))).status_code == 401
        assert (await program.get("/api/v1/me", headers=auth(here))).status_code == 200
        renewed = await program.post("/api/v1/auth/refresh", json={"refresh_token": here["refresh_token"]})
        assert renewed.status_code == 200


async def test_staff_do_not_rename_themselves(program, boss):
    response = await program.patch(
        "/api/v1/me", json={"name": "The Owner"}, headers=auth(await tokens(program, boss.email))
    )
    assert response.status_code == 422


async def test_addresses_of_the_api(program, web_shop, meera):
    headers = auth(await tokens(program))
    created = await program.post("/api/v1/me/addresses", json=ADDRESS, headers=headers)
    saved = await created.get_json()
    assert created.status_code == 201
    assert saved == {
        **ADDRESS,
        "id": saved["id"],
        "phone": "+919845012345",
        "country": "IN",
        "line2": "",
        "landmark": "",
        "gstin": "",
    }
    listed = await (await program.get("/api/v1/me/addresses", headers=headers)).get_json()
    assert listed == {"items": [saved]}
    path = f"/api/v1/me/addresses/{saved['id']}"
    changed = await program.patch(path, json={"city": "Mysuru", "landmark": None}, headers=headers)
    assert (await changed.get_json())["city"] == "Mysuru"
    for wrong in ({"postal_code": "0"}, {"id": "x"}, {"city": 5}, {"name": None}):
        assert (await program.patch(path, json=wrong, headers=headers)).status_code == 422
    missing = await program.post("/api/v1/me/addresses", json={"name": "X"}, headers=headers)
    assert {error["field"] for error in (await missing.get_json())["errors"]} == {"phone", "line1", "city"}
    other = await identity.register_customer(web_shop, email="o@example.com", password=PASSWORD, name="O")
    others = auth(await tokens(program, other.email))
    assert (await program.patch(path, json={"city": "Pune"}, headers=others)).status_code == 404
    assert (await program.delete(path, headers=others)).status_code == 404
    assert (await program.delete(path, headers=headers)).status_code == 204
    assert (await program.delete(path, headers=headers)).status_code == 404


async def test_the_api_describes_these_routes(program):
    document = await (await program.get("/api/v1/openapi.json")).get_json()
    for path in ("/auth/login", "/auth/refresh", "/auth/sessions/{session_id}", "/me", "/me/addresses/{address_id}"):
        assert f"/api/v1{path}" in document["paths"]
