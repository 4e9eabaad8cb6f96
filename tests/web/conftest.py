"""A running web app without plugins, on a fresh database, and clients that behave like browsers or like programs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from quart import Blueprint, Response, request
from quart.typing import TestClientProtocol

from spoeq_core.app import create_app
from spoeq_core.identity import service as identity
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import discovery_of, test_settings
from spoeq_core.web.access import current_actor, public, signed_in, staff
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import EXTENSION
from spoeq_core.web.routing import ShopApp
from spoeq_core.web.security import csrf_exempt, csrf_token

PASSWORD = "neem leaves at dawn"


def probes() -> Blueprint:
    """Routes that only say who asks."""
    blueprint = Blueprint("probes", __name__)

    async def who() -> Response:
        actor = await current_actor()
        return json_response({"kind": actor.kind, "email": actor.email, "by_bearer": actor.by_bearer})

    async def swallow() -> Response:
        return json_response({"received": len(await request.get_data())})

    async def files() -> Response:
        return json_response({"received": sum(len(file.read()) for file in (await request.files).values())})

    async def token() -> Response:
        await current_actor()
        return json_response({"token": csrf_token()})

    async def hidden() -> Response:
        return json_response({"secret": True})

    for name, path, view, methods in (
        ("page", "/probe/public", public(_named(who)), ["GET", "POST"]),
        ("mine", "/probe/mine", signed_in(_named(who)), ["GET", "POST"]),
        ("admin", "/admin/probe", staff("orders.manage")(_named(who)), ["GET", "POST"]),
        ("api", "/api/v1/probe", public(_named(who)), ["GET", "POST"]),
        ("api_mine", "/api/v1/probe/mine", signed_in(_named(who)), ["GET", "POST"]),
        ("api_either", "/api/v1/probe/either", signed_in(staff_too=True)(_named(who)), ["GET"]),
        ("api_staff", "/api/v1/probe/staff", staff("inventory.manage")(_named(who)), ["GET", "POST"]),
        ("swallow", "/api/v1/probe/swallow", public(swallow), ["POST"]),
        ("upload", "/admin/probe/upload", staff("catalog.manage")(files), ["POST"]),
        ("form", "/probe/form", public(_named(files)), ["POST"]),
        ("hook", "/hooks/probe", csrf_exempt(public(_named(who))), ["POST"]),
        ("token", "/probe/token", public(token), ["GET"]),
        ("hidden", "/probe/hidden", hidden, ["GET"]),
    ):
        blueprint.add_url_rule(path, name, view, methods=methods)
    return blueprint


def _named(view: Callable[[], Any]) -> Callable[[], Any]:
    async def own() -> Response:
        return await view()

    return own


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 20, 6, 30, tzinfo=UTC))


@asynccontextmanager
async def running(
    servers: tuple[str, str], data_dir: Path, clock: FixedClock, **settings: Any
) -> AsyncIterator[ShopApp]:
    """An app with the probes, serving."""
    app = create_app(test_settings(servers, data_dir, **settings), discovery=discovery_of(), clock=clock)
    app.register_blueprint(probes())
    async with app.test_app():
        shop = shop_of(app)
        try:
            yield app
        finally:
            await shop.mongo.client.drop_database(shop.settings.mongodb_database)


@pytest.fixture
def start(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> Callable[..., Any]:
    """Starts an app with other settings: `async with start(base_url=…) as app`."""
    return lambda **settings: running(servers, tmp_path, clock, **settings)


@pytest.fixture
async def app(start: Callable[..., Any]) -> AsyncIterator[ShopApp]:
    async with start() as running_app:
        yield running_app


def shop_of(app: ShopApp) -> Shop:
    """The shop that an app serves."""
    return app.extensions[EXTENSION]


@pytest.fixture
def web_shop(app: ShopApp) -> Shop:
    return shop_of(app)


@pytest.fixture
def program(app: ShopApp) -> TestClientProtocol:
    """An API client: no cookies, no Origin."""
    return app.test_client(use_cookies=False)


class Browser:
    """A client with cookies that says where its requests come from."""

    def __init__(self, app: ShopApp, *, scheme: str = "http", **headers: str) -> None:
        self.client = app.test_client()
        self.scheme = scheme
        self.headers = {"Sec-Fetch-Site": "same-origin", **headers}

    async def get(self, path: str, **headers: str) -> Response:
        return await self.client.get(path, headers={**self.headers, **headers}, scheme=self.scheme)

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Response:
        return await self.client.post(path, form=form or {}, headers={**self.headers, **headers}, scheme=self.scheme)

    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value for cookie in self.client.cookie_jar or ()}


@pytest.fixture
def browser(app: ShopApp) -> Browser:
    return Browser(app)


@pytest.fixture
def browser_of() -> Callable[..., Browser]:
    return Browser


@pytest.fixture
async def meera(web_shop: Shop) -> Any:
    return await identity.register_customer(web_shop, email="meera@example.com", password=PASSWORD, name="Meera Nair")


@pytest.fixture
async def boss(web_shop: Shop) -> Any:
    return await identity.create_staff(web_shop, email="boss@example.com", password=PASSWORD, name="Asha", role="admin")


@pytest.fixture
async def clerk(web_shop: Shop) -> Any:
    return await identity.create_staff(
        web_shop, email="clerk@example.com", password=PASSWORD, name="Ravi", role="support"
    )
