"""What every request passes: who may, forged requests, sizes, proxies, limits; and the headers of every answer."""

from __future__ import annotations

import asyncio

import pytest

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Channel
from spoeq_core.web.access import access_of, safe_next
from spoeq_core.web.security.headers import POLICY
from spoeq_core.web.security.proxies import forwarded

PASSWORD = "neem leaves at dawn"
HERE = "http://localhost"


async def bearer(shop, account) -> dict[str, str]:
    session, _ = await identity.start_session(shop, account, Channel.API)
    return {"Authorization": f"Bearer {identity.issue_access_token(shop, session)}"}


async def cookie_of(shop, account) -> str:
    _, token = await identity.start_session(shop, account, Channel.BROWSER)
    return token


async def code(response) -> str:
    return (await response.get_json())["code"]


# -- who may ---------------------------------------------------------------------------------------------------------


async def test_every_route_declares_who_may_open_it(app):
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if access_of(app.view_functions[rule.endpoint]) is None and rule.endpoint != "probes.hidden"
    ]
    assert silent == []


async def test_a_route_that_declares_nothing_is_not_served(browser):
    response = await browser.get("/probe/hidden")
    assert response.status_code == 500
    assert "secret" not in await response.get_data(as_text=True)


async def test_routes_of_the_admin_and_of_staff_are_never_public(app):
    admin = {rule.rule: access_of(app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()}
    open_ones = {
        rule for rule, access in admin.items() if rule.startswith("/admin") and access and access.kind != "staff"
    }
    assert open_ones == {"/admin/login", "/admin/logout"}


async def test_guests_are_asked_to_sign_in(program, browser):
    for path in ("/api/v1/probe/mine", "/api/v1/probe/staff", "/api/v1/me"):
        response = await program.get(path)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert await code(response) == "unauthenticated"
    response = await browser.get("/probe/mine?page=2&q=a%20b")
    assert (response.status_code, response.headers["Location"]) == (
        303,
        "/login?next=/probe/mine%3Fpage%3D2%26q%3Da%2520b",
    )
    response = await browser.get("/admin/probe")
    assert (response.status_code, response.headers["Location"]) == (303, "/admin/login?next=/admin/probe")
    response = await browser.post("/probe/mine")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")


async def test_customers_are_kept_out_of_the_staffs_routes(app, program, web_shop, meera, browser_of):
    response = await program.get("/api/v1/probe/staff", headers=await bearer(web_shop, meera))
    assert response.status_code == 403
    assert await code(response) == "forbidden"
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    assert (await browser.get("/admin/probe")).headers["Location"].startswith("/admin/login")
    assert (await browser.get("/api/v1/probe/staff")).status_code == 403


async def test_a_customers_cookie_under_the_staffs_name_opens_nothing(app, web_shop, meera, boss, browser_of):
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_staff", await cookie_of(web_shop, meera))
    browser.client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, boss))
    assert (await browser.get("/admin/probe")).status_code == 303
    assert (await browser.get("/probe/mine")).status_code == 303
    assert (await browser.get("/api/v1/probe/staff")).status_code == 401


async def test_staff_need_the_permission(program, web_shop, boss, clerk):
    assert (await program.get("/api/v1/probe/staff", headers=await bearer(web_shop, boss))).status_code == 200
    refused = await program.get("/api/v1/probe/staff", headers=await bearer(web_shop, clerk))
    assert refused.status_code == 403
    assert "inventory.manage" in (await refused.get_json())["detail"]


async def test_staff_are_no_customers(program, web_shop, boss):
    assert (await program.get("/api/v1/probe/mine", headers=await bearer(web_shop, boss))).status_code == 403
    assert (await program.get("/api/v1/probe/either", headers=await bearer(web_shop, boss))).status_code == 200


async def test_each_cookie_counts_where_it_belongs(app, web_shop, meera, boss, browser_of):
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    browser.client.set_cookie("localhost", "spoeq_staff", await cookie_of(web_shop, boss))

    async def kind(path: str) -> str:
        return (await (await browser.get(path)).get_json())["kind"]

    assert await kind("/probe/public") == "customer"
    assert await kind("/api/v1/probe") == "customer"
    assert await kind("/api/v1/probe/mine") == "customer"
    assert await kind("/api/v1/probe/staff") == "staff"
    assert await kind("/admin/probe") == "staff"


async def test_a_bearer_token_goes_before_cookies_and_must_be_good(app, web_shop, meera, boss, browser_of):
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    good = await browser.get("/api/v1/probe", **await bearer(web_shop, boss))
    assert await good.get_json() == {"kind": "staff", "email": boss.email, "by_bearer": True}
    for wrong in ("Bearer nonsense", "Bearer ", "bearer a.b.c"):
        response = await browser.get("/api/v1/probe", Authorization=wrong)
        assert response.status_code == 401
        assert await code(response) == "invalid_token"
    basic = await browser.get("/api/v1/probe", Authorization="Basic c3RhZ2luZzpzdGFnaW5n")
    assert (await basic.get_json())["kind"] == "customer"


async def test_an_ended_session_is_a_guest_again(app, web_shop, meera, browser_of):
    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    assert (await (await browser.get("/probe/public")).get_json())["kind"] == "customer"
    await identity.end_sessions(web_shop, meera.id)
    assert (await (await browser.get("/probe/public")).get_json())["kind"] == "guest"


# -- where to go after signing in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cart", "/product/kurta?opt.size=M", "/category/घर", "/a//b", "/search?q=%5C"])
def test_paths_of_this_shop_are_safe(path):
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "cart",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/cart\r\nSet-Cookie: a=b",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/" + "x" * 3000,
        "/\x7f",
        "\x00/",
        "@evil.example",
        ".evil.example",
    ],
)
def test_paths_of_elsewhere_are_not(path):
    assert safe_next(path, "/account") == "/account"


# -- forged requests ---------------------------------------------------------------------------------------------------

FORGERIES = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "https://localhost"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Origin": HERE + "/"},
    {"X-CSRF-Token": "guess"},
    {"X-CSRF-Token": ""},
    {},
]
OWN = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Origin": HERE},
    {"Origin": "http://127.0.0.1:8000"},
    {"Origin": "HTTP://LOCALHOST"},
]
TARGETS = ["/probe/public", "/api/v1/probe", "/probe/mine", "/api/v1/probe/mine"]


@pytest.fixture
async def her_client(app, web_shop, meera):
    client = app.test_client()
    client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    return client


@pytest.mark.parametrize("path", TARGETS)
async def test_with_cookies_only_requests_of_this_site_count(her_client, path):
    for headers in FORGERIES:
        response = await her_client.post(path, headers=headers)
        assert response.status_code == 403, headers
    for headers in OWN:
        assert (await her_client.post(path, headers=headers)).status_code == 200, headers


async def test_a_refusal_says_why(her_client):
    response = await her_client.post("/api/v1/probe", headers={"Origin": "https://evil.example"})
    assert await code(response) == "csrf"
    assert "X-CSRF-Token" in (await response.get_json())["detail"]


@pytest.mark.parametrize("cookie", ["spoeq_session", "spoeq_staff", "spoeq_refresh"])
async def test_a_session_cookie_makes_a_request_forgeable(app, cookie):
    client = app.test_client()
    client.set_cookie("localhost", cookie, "1")
    assert (await client.post("/api/v1/probe")).status_code == 403
    assert (await client.post("/api/v1/probe", headers={"Origin": HERE})).status_code == 200


@pytest.mark.parametrize("cookie", ["spoeq_cart", "spoeq_flash", "anything"])
async def test_a_program_with_a_guests_cookies_is_no_browser(app, cookie):
    client = app.test_client()
    client.set_cookie("localhost", cookie, "1")
    assert (await client.post("/api/v1/probe")).status_code == 200
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await client.post("/api/v1/probe", headers=headers)).status_code == 403, headers


async def test_forged_sign_ins_of_guests_are_refused_too(program):
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        for path in ("/login", "/register", "/admin/login", "/api/v1/auth/login"):
            assert (await program.post(path, headers=headers, form={})).status_code == 403


async def test_clients_without_cookies_and_origin_just_work(program):
    assert (await program.post("/api/v1/probe")).status_code == 200


async def test_a_bearer_token_proves_the_request(her_client, web_shop, boss):
    headers = {**await bearer(web_shop, boss), "Origin": "https://evil.example"}
    assert (await her_client.post("/api/v1/probe", headers=headers)).status_code == 200
    assert (await her_client.post("/api/v1/probe", headers={"Authorization": "Basic eDp5"})).status_code == 403


async def test_signed_webhooks_are_exempt(her_client):
    assert (await her_client.post("/hooks/probe", headers={"Origin": "https://gateway.example"})).status_code == 200


async def test_reading_is_never_refused(her_client):
    for method in ("GET", "HEAD", "OPTIONS"):
        response = await her_client.open("/probe/public", method=method, headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 200


async def test_a_browser_that_says_nothing_sends_the_token(her_client):
    token = (await (await her_client.get("/probe/token")).get_json())["token"]
    assert (await her_client.post("/probe/mine", headers={"X-CSRF-Token": token})).status_code == 200
    assert (await her_client.post("/probe/mine", form={"csrf_token": token})).status_code == 200
    assert (await her_client.post("/probe/mine", form={"csrf_token": token[:-1] + "\u0966"})).status_code == 403
    assert (await her_client.post("/probe/mine", json={"csrf_token": token})).status_code == 403
    again = (await (await her_client.get("/probe/token")).get_json())["token"]
    assert again == token


async def test_a_token_is_good_for_its_visitor_and_session_only(app, her_client, web_shop, meera):
    token = (await (await her_client.get("/probe/token")).get_json())["token"]
    other = app.test_client()
    await other.get("/probe/token")
    other.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    assert (await other.post("/probe/public", headers={"X-CSRF-Token": token})).status_code == 403
    her_client.set_cookie("localhost", "spoeq_session", await cookie_of(web_shop, meera))
    assert (await her_client.post("/probe/mine", headers={"X-CSRF-Token": token})).status_code == 403
    her_client.set_cookie("localhost", "spoeq_csrf", "tossed in by a subdomain")
    assert (await her_client.post("/probe/mine", headers={"X-CSRF-Token": token})).status_code == 403


async def test_pages_carry_the_token_only_for_browsers_that_need_it(app):
    client = app.test_client()
    modern = await client.get("/login", headers={"Sec-Fetch-Site": "none"})
    assert "csrf_token" not in await modern.get_data(as_text=True)
    assert "Set-Cookie" not in modern.headers
    old = await client.get("/login")
    assert 'name="csrf_token"' in await old.get_data(as_text=True)
    assert old.headers["Cache-Control"] == "private, no-store"


# -- headers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/login", "/probe/public", "/api/v1/me", "/nothing/here", "/api/v1/nothing", "/healthz"]
)
async def test_every_answer_has_the_headers(browser, path):
    headers = (await browser.get(path)).headers
    assert headers["Content-Security-Policy"] == POLICY
    for directive in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Permissions-Policy" in headers
    assert "Strict-Transport-Security" not in headers


async def test_what_is_somebodys_own_is_not_cached(her_client, browser):
    assert (await her_client.get("/probe/mine")).headers["Cache-Control"] == "private, no-store"
    assert "Cache-Control" not in (await browser.get("/probe/public")).headers


async def test_over_https_cookies_are_bound_to_the_host(start, browser_of):
    async with start(base_url="https://shop.example") as app:
        shop = app.extensions["spoeq"]
        await identity.register_customer(shop, email="m@example.com", password=PASSWORD, name="M")
        browser = browser_of(app, scheme="https")
        response = await browser.post("/login", {"email": "m@example.com", "password": PASSWORD})
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-spoeq_session=")
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert part in cookie
        assert "Domain" not in cookie
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert (await (await browser.get("/probe/mine")).get_json())["email"] == "m@example.com"
        api = await browser.client.post(
            "/api/v1/auth/login",
            json={"email": "m@example.com", "password": PASSWORD},
            headers=browser.headers,
            scheme="https",
        )
        refresh = api.headers["Set-Cookie"]
        assert refresh.startswith("__Host-spoeq_refresh=")
        for part in ("Secure", "HttpOnly", "Path=/;", "SameSite=Strict"):
            assert part in refresh


# -- sizes -------------------------------------------------------------------------------------------------------------


async def test_a_body_of_two_megabytes_is_too_large(program):
    response = await program.post("/api/v1/auth/login", data=b"{" + b" " * (2 * 1024 * 1024) + b"}")
    assert response.status_code == 413
    assert await code(response) == "too_large"
    assert (await program.post("/api/v1/probe/swallow", data=b"x" * 1024 * 1024)).status_code == 200


async def test_a_body_that_hides_its_length_is_cut_off(app):
    async def send(size: int, path: str, content_type: str) -> int:
        headers = {"Content-Type": content_type}
        async with app.test_client(use_cookies=False).request(path, method="POST", headers=headers) as connection:
            for _ in range(size // 65_536):
                await connection.send(b"x" * 65_536)
            await connection.send_complete()
        return (await connection.as_response()).status_code

    assert await send(1024 * 1024, "/api/v1/probe/swallow", "application/octet-stream") == 200
    assert await send(2 * 1024 * 1024, "/api/v1/probe/swallow", "application/octet-stream") == 413
    assert await send(2 * 1024 * 1024, "/probe/form", "multipart/form-data; boundary=b") == 413


async def test_staff_may_upload_more_than_others(app, web_shop, boss, browser_of):
    def picture(size: int) -> tuple[bytes, str]:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        return head + b"x" * size + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"

    browser = browser_of(app)
    browser.client.set_cookie("localhost", "spoeq_staff", await cookie_of(web_shop, boss))

    async def post(path: str, size: int) -> int:
        data, kind = picture(size)
        response = await browser.client.post(path, data=data, headers={**browser.headers, "Content-Type": kind})
        return response.status_code

    assert await post("/admin/probe/upload", 3_000_000) == 200
    assert await post("/admin/probe/upload", 13 * 1024 * 1024) == 413
    assert await post("/probe/form", 3_000_000) == 413


# -- proxies -----------------------------------------------------------------------------------------------------------


def scope(*headers: tuple[bytes, bytes]) -> dict[str, object]:
    return {"type": "http", "client": ("10.0.0.1", 5), "scheme": "http", "headers": [(b"host", b"inner"), *headers]}


def test_each_trusted_proxy_counts_from_the_right():
    sent = scope(
        (b"x-forwarded-for", b"1.1.1.1, 198.51.100.9"),
        (b"x-forwarded-for", b"203.0.113.7"),
        (b"x-forwarded-proto", b"HTTPS"),
        (b"x-forwarded-host", b"shop.example"),
    )
    one = forwarded(sent, 1)
    assert (one["client"][0], one["scheme"]) == ("203.0.113.7", "https")
    assert [value for name, value in one["headers"] if name == b"host"] == [b"shop.example"]
    two = forwarded(sent, 2)
    assert (two["client"][0], two["scheme"]) == ("198.51.100.9", "http")
    assert forwarded(sent, 4)["client"][0] == "10.0.0.1"


@pytest.mark.parametrize("value", [b"unknown", b"", b",,", b"1.2.3.4.5", b"<script>"])
def test_what_is_no_address_or_scheme_is_not_taken(value):
    found = forwarded(scope((b"x-forwarded-for", value), (b"x-forwarded-proto", b"javascript")), 1)
    assert (found["client"][0], found["scheme"]) == ("10.0.0.1", "http")


@pytest.mark.parametrize(("hops", "address"), [(0, "<local>"), (1, "203.0.113.7")])
async def test_a_clients_own_headers_do_not_count(start, hops, address):
    async with start(trusted_proxies=hops) as app:
        client = app.test_client(use_cookies=False)
        answer = await client.post(
            "/api/v1/auth/register",
            json={"email": "m@example.com", "password": PASSWORD, "name": "M"},
            headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"},
        )
        token = (await answer.get_json())["access_token"]
        listed = await client.get("/api/v1/auth/sessions", headers={"Authorization": f"Bearer {token}"})
        assert [item["ip"] for item in (await listed.get_json())["items"]] == [address]


# -- limits ------------------------------------------------------------------------------------------------------------


async def sign_in(client, email: str, password: str):
    return await client.post("/api/v1/auth/login", json={"email": email, "password": password})


async def test_an_account_is_not_guessed_for_long(program, meera):
    for _ in range(10):
        assert (await sign_in(program, meera.email, "wrong")).status_code == 401
    refused = await sign_in(program, meera.email, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert await code(refused) == "too_many_requests"
    assert (await sign_in(program, "other@example.com", "wrong")).status_code == 401


async def test_signing_in_rightly_is_not_counted(program, meera):
    for _ in range(15):
        assert (await sign_in(program, meera.email, PASSWORD)).status_code == 200


async def test_an_address_does_not_try_many_accounts(program):
    answers = [(await sign_in(program, f"x{number}@example.com", "wrong")).status_code for number in range(61)]
    assert answers == [401] * 60 + [429]


async def test_tries_at_once_are_all_counted(program, meera):
    answers = await asyncio.gather(*(sign_in(program, meera.email, "wrong") for _ in range(25)))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 15


async def test_without_redis_people_sign_in_and_nothing_is_limited(start, browser_of):
    async with start(redis_url="redis://127.0.0.1:1") as app:
        shop = app.extensions["spoeq"]
        await identity.register_customer(shop, email="m@example.com", password=PASSWORD, name="M")
        browser = browser_of(app)
        for _ in range(12):
            wrong = await browser.post("/login", {"email": "m@example.com", "password": "wrong"})
            assert wrong.status_code == 422
        assert (await browser.post("/login", {"email": "m@example.com", "password": PASSWORD})).status_code == 303
        assert (await browser.get("/probe/mine")).status_code == 200
        await browser.post("/logout")
        assert (await browser.get("/probe/mine")).status_code == 303
