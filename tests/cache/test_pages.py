"""Kept pages: the same for all guests, somebody's own for nobody else, never older than what they show."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jinja2 import DictLoader
from quart import Blueprint, Response, request
from quart.typing import TestClientProtocol as Client

from spoeq_core.app import create_app
from spoeq_core.catalog import service as catalog
from spoeq_core.catalog.documents import CategoryRepository
from spoeq_core.catalog.model import Product
from spoeq_core.hooks.contributions import Fragment, Routes
from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Channel
from spoeq_core.inventory.service import adjust, get_stock
from spoeq_core.kernel import cache as kernel_cache
from spoeq_core.kernel.cache import Entry
from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin, save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing import shops
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import PATIENCE
from spoeq_core.web.access import current_actor, public
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.kept import kept, warming
from spoeq_core.web.kept.page import KeptPage
from spoeq_core.web.themes.preview import Preview, start_preview
from spoeq_core.web.theming import current_theming
from tests.cache.conftest import until
from tests.shopping import SKU, CommandCounter, plugin, stock_up

PASSWORD = "neem leaves at dawn"
BROWSER = {"Sec-Fetch-Site": "none", "Accept-Encoding": "gzip"}
FRAGMENT = "club/price.html"


class Club:
    """What a test plugin does: a price for those who are signed in, and it can fail."""

    def __init__(self) -> None:
        self.rendered = 0
        self.asked = 0
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def page_fragments(self, slot: str, page: Mapping[str, Any]) -> list[Fragment] | None:
        if slot != "product.below_price":
            return None
        self.asked += 1
        if self.fails:
            raise RuntimeError("the club is closed")
        actor = await current_actor()
        return [Fragment(FRAGMENT, {"text": f"club price of {actor.email}" if actor.email else "join the club"})]

    def routes(self) -> Routes:
        blueprint = Blueprint("club", __name__)

        @blueprint.get("/club/seen")
        @public
        @kept("shown")
        async def seen() -> Response:
            self.rendered += 1
            await self.gate.wait()
            seen = {name: value for name, value in request.headers.items() if name not in {"Host", "Remote-Addr"}}
            return json_response(
                {"seen": seen, "args": request.args.to_dict(flat=False)}, headers={"Cache-Control": ""}
            )

        @blueprint.get("/club/secret")
        @public
        @kept()
        async def secret() -> Response:
            response = Response(f"for {request.cookies.get('spoeq_pin', 'nobody')}")
            response.set_cookie("club", "1")
            response.headers["Cache-Control"] = "private"  # it knows no better
            return response

        return Routes(pages=blueprint)

    def module(self) -> ModuleType:
        async def page_fragments(slot: str, page: Mapping[str, Any]) -> list[Fragment] | None:
            return await self.page_fragments(slot, page)

        def register_routes() -> Routes:
            return self.routes()

        return plugin("club", page_fragments=page_fragments, register_routes=register_routes)


@pytest.fixture
def club() -> Club:
    return Club()


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def shop_app(
    servers: tuple[str, str], tmp_path: Path, club: Club, counter: CommandCounter
) -> AsyncIterator[RunningApp]:
    async with app_with(club.module(), servers=servers, data_dir=tmp_path, listeners=[counter]) as running:
        async with running.app.app_context():
            theming = current_theming()
        theme = theming.active("storefront", running.shop)
        environment = theming.environment(theme)
        environment.loader = _Also(environment.loader, DictLoader({FRAGMENT: "<p>{{ text }}</p>"}))
        await until(lambda: running.shop.cache.hears)
        yield running


class _Also(DictLoader):
    """The shop's templates, and one of the test's."""

    def __init__(self, inner: Any, more: DictLoader) -> None:
        super().__init__(more.mapping)
        self._inner = inner

    def get_source(self, environment: Any, template: str) -> Any:
        if template in self.mapping:
            return super().get_source(environment, template)
        return self._inner.get_source(environment, template)


@pytest.fixture
async def kurta(shop_app: RunningApp) -> Product:
    return (await stock_up(shop_app.shop))[SKU]


async def text(client: Client, path: str, **headers: str) -> str:
    answer = await client.get(path, headers={**BROWSER, **headers})
    body = await answer.get_data(as_text=False)
    return (gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body).decode()


def kept_pages(running: RunningApp) -> list[Entry]:
    shelves = running.shop.cache.shelves.values()
    return [entry for shelf in shelves for entry in shelf._entries.values() if isinstance(entry.value, KeptPage)]


async def signed_in(running: RunningApp, email: str) -> Client:
    customer = await identity.register_customer(running.shop, email=email, password=PASSWORD, name="Meera Nair")
    _, token = await identity.start_session(running.shop, customer, Channel.BROWSER)
    client = running.another_client()
    client.set_cookie("localhost", "spoeq_session", token)
    return client


def with_cookies(running: RunningApp, **cookies: str) -> Client:
    client = running.another_client()
    for name, value in cookies.items():
        client.set_cookie("localhost", name, value)
    return client


# -- what a hit costs ----------------------------------------------------------------------------------------------


async def test_a_hit_asks_neither_the_database_nor_a_plugin(
    shop_app: RunningApp, kurta: Product, club: Club, counter: CommandCounter
):
    for path in ("/", "/products", f"/product/{kurta.slug}", "/menu", "/api/v1/products", "/api/v1/categories"):
        first = await text(shop_app.client, path)
        counter.clear()
        club.asked = 0
        assert await text(shop_app.client, path) == first
        assert counter.commands == [], path
        assert club.asked == 0


async def test_data_that_was_read_for_one_page_is_not_read_for_the_next(
    shop_app: RunningApp, kurta: Product, counter: CommandCounter
):
    await text(shop_app.client, f"/product/{kurta.slug}")
    await text(shop_app.client, "/products")
    counter.clear()
    other = with_cookies(shop_app, spoeq_cart_count="3")
    await text(other, f"/product/{kurta.slug}")
    await text(other, "/products")
    assert counter.commands == []


async def test_two_hundred_at_a_cold_page_draw_it_once(shop_app: RunningApp, club: Club):
    club.gate.clear()
    asked = [asyncio.create_task(text(shop_app.another_client(), "/club/seen")) for _ in range(200)]
    await until(lambda: club.rendered)
    await asyncio.sleep(0.05)
    club.gate.set()
    assert len(set(await asyncio.gather(*asked))) == 1
    assert club.rendered == 1


# -- one visitor's page is no other's ----------------------------------------------------------------------------------


async def test_three_visitors_never_see_each_others_page(shop_app: RunningApp, kurta: Product):
    guest, path = shop_app.another_client(), f"/product/{kurta.slug}"
    buyer, meera = with_cookies(shop_app, spoeq_cart_count="7"), await signed_in(shop_app, "meera@example.com")
    for _ in range(2):
        for client, said, never in (
            (meera, ["/account", "club price of meera@example.com"], ["Sign in", "join the club"]),
            (buyer, ["Sign in", ">, </span>7<", "join the club"], ["meera"]),
            (guest, ["Sign in", "join the club"], ["meera", 'class="count"']),
        ):
            html = await text(client, path)
            assert [word for word in said if word not in html] == []
            assert [word for word in never if word in html] == []
    assert kept_pages(shop_app)
    assert not any(b"meera" in b"".join(entry.value.pieces()) for entry in kept_pages(shop_app))


async def test_whoever_asks_first_leaves_nothing_of_theirs(shop_app: RunningApp):
    headers = {
        "User-Agent": "Meera's phone",
        "Referer": "http://elsewhere/secret",
        "X-Forwarded-For": "10.9.8.7",
        "X-Forwarded-Host": "evil.example",
        "Cookie": "spoeq_pin=560001; ref=meera",
    }
    first = await text(shop_app.client, "/club/seen?shown=1&utm_source=meera", **headers)
    assert '"args":{"shown":["1"]}' in first.replace(" ", "")
    for word in ("meera", "Meera", "10.9.8.7", "evil", "elsewhere", "560001"):
        assert word not in first
    assert await text(shop_app.another_client(), "/club/seen?shown=1") == first


async def test_an_answer_with_a_cookie_is_made_for_each(shop_app: RunningApp):
    for pin in ("560001", "110001"):
        client = with_cookies(shop_app, spoeq_pin=pin)
        answer = await client.get("/club/secret", headers=BROWSER)
        assert await answer.get_data(as_text=True) == f"for {pin}"
        assert "club=1" in answer.headers["Set-Cookie"]


async def test_signed_in_visitors_are_told_that_it_is_theirs(shop_app: RunningApp, kurta: Product):
    answer = await (await signed_in(shop_app, "meera@example.com")).get(f"/product/{kurta.slug}", headers=BROWSER)
    assert answer.headers["Cache-Control"] == "private, no-store"
    answer = await shop_app.another_client().get(f"/product/{kurta.slug}", headers=BROWSER)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"cookie", "accept-encoding"} <= answer.vary.as_set()


@pytest.mark.parametrize(
    "cookie", ["spoeq_session", "spoeq_staff", "spoeq_flash", "spoeq_own_reviews", "__Host-spoeq_session"]
)
async def test_cookies_of_somebody_known_go_past_what_is_kept(shop_app: RunningApp, cookie: str):
    await text(shop_app.client, "/menu")
    before = shop_app.shop.cache.counts["pages", "hit"]
    await text(with_cookies(shop_app, **{cookie: "x"}), "/menu")
    assert shop_app.shop.cache.counts["pages", "hit"] == before
    assert shop_app.shop.cache.counts["pages", "bypass"] >= 1


async def test_a_flash_is_said_once_and_to_one(shop_app: RunningApp):
    await text(shop_app.client, "/menu")
    signed = shop_app.shop.keyring.sign("flash", '[{"kind": "ok", "text": "Noted for Meera"}]')
    told = with_cookies(shop_app, spoeq_flash=signed)
    assert "Noted for Meera" in await text(told, "/menu")
    assert "Noted for Meera" not in await text(told, "/menu")
    assert "Noted for Meera" not in await text(shop_app.another_client(), "/menu")


async def test_colours_and_languages_are_pages_of_their_own(shop_app: RunningApp):
    await save_settings(shop_app.shop, "core", {"languages": ["en", "hi"], "language_from_browser": True})
    seen = {
        await text(with_cookies(shop_app, **cookies), "/menu", **headers)
        for _ in range(2)
        for cookies, headers in (
            ({}, {}),
            ({"spoeq_scheme": "dark"}, {}),
            ({"spoeq_lang": "hi"}, {}),
            ({}, {"Accept-Language": "hi-IN,hi;q=0.9"}),
            ({"spoeq_lang": "nonsense", "spoeq_scheme": "<b>"}, {"Accept-Language": "fr"}),
        )
    }
    assert len(seen) == 3
    hindi = await text(with_cookies(shop_app, spoeq_lang="hi"), "/menu")
    assert 'lang="hi"' in hindi
    assert 'data-scheme="dark"' in await text(with_cookies(shop_app, spoeq_scheme="dark"), "/menu")


async def test_a_preview_is_seen_by_whoever_previews(shop_app: RunningApp):
    shop = shop_app.shop
    before = await text(shop_app.client, "/menu")
    boss = await identity.create_staff(shop, email="b@example.com", password=PASSWORD, name="Asha", role="admin")
    session, token = await identity.start_session(shop, boss, Channel.BROWSER)
    client = with_cookies(shop_app, spoeq_staff=token)
    async with shop_app.app.test_request_context("/"):
        draft = {"announcement": "Only Asha sees this"}
        response = await start_preview(shop, Response(""), session.id, Preview("storefront", draft))
    cookie = re.search(r"spoeq_preview=([^;]+)", response.headers["Set-Cookie"])
    assert cookie is not None
    client.set_cookie("localhost", "spoeq_preview", cookie[1])
    assert "Only Asha sees this" in await text(client, "/menu")
    assert await text(shop_app.another_client(), "/menu") == before


# -- forms ---------------------------------------------------------------------------------------------------------


async def test_clients_that_say_nothing_get_a_token_of_their_own_uncompressed(shop_app: RunningApp, kurta: Product):
    path, tokens = f"/product/{kurta.slug}", []
    plain = await text(shop_app.another_client(), path)
    for _ in range(2):
        client = shop_app.another_client()
        answer = await client.get(path, headers={"Accept-Encoding": "gzip"})
        html = await answer.get_data(as_text=True)
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "ETag" not in answer.headers
        found = set(re.findall(r'<input type="hidden" name="csrf_token" value="([0-9a-f]{64})">', html))
        assert len(found) == 1
        assert re.sub(r'<input type="hidden" name="csrf_token" value="[0-9a-f]{64}">', "", html) == plain
        tokens += found
        sku = re.search(r'name="sku" value="([^"]+)"', html)
        assert sku is not None
        form = {"csrf_token": tokens[-1], "sku": sku[1], "quantity": "1"}
        client.set_cookie("localhost", "spoeq_session", "old")  # so that a token is asked for
        posted = await client.post("/cart/items", form=form)
        assert posted.status_code == 303
        assert (await client.post("/cart/items", form={**form, "csrf_token": "0" * 64})).status_code == 403
    assert tokens[0] != tokens[1]


async def test_a_client_with_a_cookie_keeps_its_token(shop_app: RunningApp, kurta: Product):
    client = shop_app.another_client()
    first = await (await client.get(f"/product/{kurta.slug}")).get_data(as_text=True)
    again = await client.get(f"/product/{kurta.slug}")
    assert await again.get_data(as_text=True) == first
    assert "Set-Cookie" not in again.headers


# -- tags of the answer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/menu", "/products?sort=newest", "/api/v1/products"])
async def test_who_has_it_is_told_so(shop_app: RunningApp, kurta: Product, path: str):
    first = await shop_app.client.get(path, headers=BROWSER)
    tag = first.headers["ETag"]
    again = await shop_app.client.get(path, headers={**BROWSER, "If-None-Match": tag})
    assert (again.status_code, await again.get_data(as_text=False)) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    other = await shop_app.client.get(path, headers={**BROWSER, "If-None-Match": '"another"'})
    assert other.status_code == 200
    for headers in ({"Sec-Fetch-Site": "none"}, BROWSER):
        head = await shop_app.client.head(path, headers=headers)
        full = await shop_app.client.get(path, headers=headers)
        assert await head.get_data(as_text=False) == b""
        assert set(head.headers.keys()) == set(full.headers.keys())
        assert head.headers["ETag"] == full.headers["ETag"]
        assert int(full.headers["Content-Length"]) == len(await full.get_data(as_text=False))


async def test_a_kept_page_has_the_headers_of_every_page(shop_app: RunningApp):
    await text(shop_app.client, "/menu")
    answer = await shop_app.client.get("/menu", headers=BROWSER)
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
        assert answer.headers[name]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


# -- changes ----------------------------------------------------------------------------------------------------------


async def test_what_staff_change_is_seen_by_the_next_who_asks(shop_app: RunningApp, kurta: Product):
    shop, path = shop_app.shop, f"/product/{kurta.slug}"
    for page in (path, "/products", "/api/v1/products", "/", "/menu"):
        await text(shop_app.client, page)
    await catalog.update_product(shop, kurta.id, {"name": "Angarkha of indigo"})
    for page in (path, "/products", "/api/v1/products", f"/api/v1/products/{kurta.slug}"):
        assert "Angarkha of indigo" in await text(shop_app.client, page), page
    await catalog.create_category(shop, {"name": "Dupattas"})
    for page in (path, "/", "/menu", "/api/v1/categories"):
        assert "Dupattas" in await text(shop_app.client, page), page
    await save_settings(shop, "core", {"name": "Neel and daughters"})
    assert "Neel and daughters" in await text(shop_app.client, path)
    await adjust(shop, SKU, -(await get_stock(shop, SKU)).available, "lost", "staff:1")
    assert "sold out" in (await text(shop_app.client, path)).lower()
    await catalog.delete_product(shop, kurta.id)
    answer = await shop_app.client.get(path, headers=BROWSER)
    assert answer.status_code == 404


async def test_a_page_that_is_not_there_is_looked_for_again(shop_app: RunningApp, kurta: Product):
    assert (await shop_app.client.get("/product/angarkha", headers=BROWSER)).status_code == 404
    assert kept_pages(shop_app) == []
    await catalog.update_product(shop_app.shop, kurta.id, {"slug": "angarkha"})
    assert (await shop_app.client.get("/product/angarkha", headers=BROWSER)).status_code == 200


async def test_pages_of_a_plugin_that_is_switched_off_are_gone(shop_app: RunningApp, kurta: Product):
    assert "join the club" in await text(shop_app.client, f"/product/{kurta.slug}")
    await text(shop_app.client, "/club/seen")
    await disable_plugin(shop_app.shop, "club")
    assert (await shop_app.client.get("/club/seen", headers=BROWSER)).status_code == 404
    assert "join the club" not in await text(shop_app.client, f"/product/{kurta.slug}")
    await enable_plugin(shop_app.shop, "club")
    assert (await shop_app.client.get("/club/seen", headers=BROWSER)).status_code == 200


async def test_a_page_without_the_part_of_a_plugin_that_failed_is_not_kept_long(
    shop_app: RunningApp, kurta: Product, club: Club, brief: float
):
    club.fails = True
    assert "join the club" not in await text(shop_app.client, f"/product/{kurta.slug}")
    assert all(entry.seconds <= brief for entry in kept_pages(shop_app))
    assert kept_pages(shop_app)


async def test_a_page_whose_plugin_is_not_asked_is_not_kept_long(shop_app: RunningApp, kurta: Product, brief: float):
    for _ in range(5):
        shop_app.shop.hooks.breakers.failed(("club", "page_fragments"))
    assert "join the club" not in await text(shop_app.client, f"/product/{kurta.slug}")
    assert all(entry.seconds <= brief for entry in kept_pages(shop_app))


# -- bounds -----------------------------------------------------------------------------------------------------------


async def test_what_is_added_to_an_address_makes_no_more_entries(shop_app: RunningApp, kurta: Product):
    await text(shop_app.client, f"/product/{kurta.slug}")
    for number in range(50):
        await text(shop_app.client, f"/product/{kurta.slug}?utm_source={number}&fbclid=x{number}")
    assert len(kept_pages(shop_app)) == 1
    for number in range(20):
        await text(shop_app.client, f"/products?q={number}&sort=newest")  # /products reads no q of its own
    assert len(shop_app.shop.cache.shelves["pages"]) == 1, "addresses with arguments push out no page"


@pytest.mark.parametrize(
    "query", ["&".join(f"brand={n}" for n in range(40)), f"brand={'x' * 600}", "lang=hi", "sort=%ff" * 300]
)
async def test_odd_addresses_are_answered_and_not_kept(shop_app: RunningApp, query: str):
    answer = await shop_app.client.get(f"/products?{query}", headers=BROWSER)
    assert answer.status_code in {200, 404}
    assert kept_pages(shop_app) == []


async def test_a_product_asked_with_a_pin_code_is_not_kept(shop_app: RunningApp, kurta: Product):
    answer = await shop_app.client.get(f"/product/{kurta.slug}?pin=560001", headers=BROWSER)
    assert answer.status_code == 200
    assert kept_pages(shop_app) == []


@pytest.mark.parametrize("level", ["data", "off"])
async def test_pages_are_kept_only_where_the_settings_say_so(servers: tuple[str, str], tmp_path: Path, level: str):
    async with app_with(servers=servers, data_dir=tmp_path, cache=level) as running:
        await until(lambda: running.shop.cache.hears)
        await stock_up(running.shop)
        for _ in range(2):
            assert (await running.client.get("/products", headers=BROWSER)).status_code == 200
        assert kept_pages(running) == []
        assert bool(len(running.shop.cache.shelves["data"])) == (level == "data")


async def test_parts_of_the_shop_that_pages_show_are_told_of(shop_app: RunningApp):
    repository = shop_app.shop.repository(CategoryRepository)
    category = await catalog.create_category(shop_app.shop, {"name": "Dupattas"})
    await text(shop_app.client, "/menu")
    assert kept_pages(shop_app)
    await repository.collection.update_one({"_id": category.id}, {"$set": {"name": "Stoles"}})
    assert kept_pages(shop_app) == []
    assert "Stoles" in await text(shop_app.client, "/menu")


async def test_a_process_draws_its_first_pages_before_somebody_asks(
    servers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kernel_cache, "SILENCE", PATIENCE)
    monkeypatch.setattr(warming, "PATIENCE", PATIENCE)
    app = create_app(shops.test_settings(servers, tmp_path, cache="pages"), discovery=shops.discovery_of())
    warming.install(app)
    async with app.test_app():
        shop: Shop = app.extensions[EXTENSION]
        await until(lambda: len(shop.cache.shelves["pages"]) >= len(warming.PATHS))
        hits = shop.cache.counts["pages", "hit"]
        page = await app.test_client().get("/products", headers=BROWSER)
        assert page.status_code == 200
        assert shop.cache.counts["pages", "hit"] == hits + 1
        await shop.mongo.client.drop_database(shop.settings.mongodb_database)
