"""Whoever visits a running app in a test: browsers with cookies, programs with a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from quart import Response
from quart.typing import TestClientProtocol

from spoeq_core.identity.service import create_staff, find_customers, register_customer
from spoeq_core.kernel.ids import new_id
from spoeq_core.testing.clients import RunningApp

PASSWORD = "neem leaves at dawn"  # noqa: S105 - of accounts that live as long as a test
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
API = "/api/v1"


@dataclass
class Browser:
    """A browser that says where its requests come from, and keeps its cookies."""

    client: TestClientProtocol

    async def get(self, path: str) -> Response:
        """A page."""
        return await self.client.get(path, headers=SAME_SITE)

    async def text(self, path: str) -> str:
        """A page's HTML; it must be there."""
        answer = await self.get(path)
        assert answer.status_code == HTTPStatus.OK, (path, answer.status_code)
        return str(await answer.get_data(as_text=True))

    async def post(self, path: str, form: dict[str, str] | None = None) -> Response:
        """A form sent."""
        return await self.client.post(path, form=form or {}, headers=SAME_SITE)


@dataclass
class Program:
    """An API client: a token of an account, of a cart, or neither. Keeps the token of the cart that it is given."""

    client: TestClientProtocol
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """The status and the JSON of an answer; None where it has no body."""
        sent = {**self.headers, **(headers or {})}
        options: dict[str, Any] = {} if body is None else {"json": body}
        answer = await self.client.open(f"{API}{path}", method=method, headers=sent, **options)
        found = await answer.get_json() if await answer.get_data() else None
        if isinstance(found, dict) and "token" in found:
            self.headers["X-Cart-Token"] = found["token"]
        return answer.status_code, found

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """GET."""
        return await self.ask("GET", path, None, headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """POST with a JSON body."""
        return await self.ask("POST", path, body if body is not None else {}, headers)

    async def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """PATCH with a JSON body."""
        return await self.ask("PATCH", path, body, headers)

    async def delete(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """DELETE."""
        return await self.ask("DELETE", path, None, headers)


def shopper_browser(running: RunningApp) -> Browser:
    """A guest's browser."""
    return Browser(running.app.test_client())


async def customer_browser(running: RunningApp, email: str) -> Browser:
    """The browser of a customer, signed in; the account is made unless somebody has the address."""
    if not await find_customers(running.shop, text=email):
        await register_customer(running.shop, email=email, password=PASSWORD, name="Asha Rao")
    browser = shopper_browser(running)
    answer = await browser.post("/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.status_code
    return browser


def shopper_program(running: RunningApp) -> Program:
    """A guest's API client."""
    return Program(running.app.test_client(use_cookies=False))


async def staff_browser(running: RunningApp, role: str = "staff") -> Browser:
    """The browser of somebody of that role, signed in."""
    browser = Browser(running.app.test_client())
    answer = await browser.post("/admin/login", {"email": await _hire(running, role), "password": PASSWORD})
    assert answer.status_code == HTTPStatus.SEE_OTHER, answer.status_code
    return browser


async def staff_program(running: RunningApp, role: str = "staff") -> Program:
    """The API client of somebody of that role, with an access token."""
    program = shopper_program(running)
    status, tokens = await program.post("/auth/login", {"email": await _hire(running, role), "password": PASSWORD})
    assert status == HTTPStatus.OK, tokens
    program.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return program


async def _hire(running: RunningApp, role: str) -> str:
    email = f"{role}.{new_id().lower()}@example.com"
    await create_staff(running.shop, email=email, password=PASSWORD, name=role.title(), role=role)
    return email
