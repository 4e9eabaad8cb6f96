"""The demo shop's administrator at the shop's own API, as any client would be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from spoeq_core.sdk import Settings, in_process_client
from spoeq_demo.people import ACCOUNTS, PASSWORD

Ask = Callable[..., Awaitable[tuple[int, Any]]]


@asynccontextmanager
async def as_admin(settings: Settings) -> AsyncIterator[Ask]:
    """What asks the API: `status, answer = await ask("POST", "/coupons", {...})`."""
    async with in_process_client(settings) as client:
        signed_in = await client.post("/api/v1/auth/login", json={"email": ACCOUNTS[0].email, "password": PASSWORD})
        headers = {"Authorization": f"Bearer {(await signed_in.get_json())['access_token']}"}

        async def ask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            answer = await client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
            return answer.status_code, await answer.get_json()

        yield ask
