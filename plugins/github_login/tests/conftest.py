"""GitHub on loopback, with its habits: errors of the token endpoint come with status 200, and nothing is OpenID."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_github_login import plugin

KEYS = {"client_id": "Iv1.kit", "client_secret": "kit-secret-not-to-be-shown"}


@dataclass
class StandIn:
    """Who is there, and what goes wrong."""

    url: str = ""
    user: Any = field(default_factory=lambda: {"id": 583231, "login": "meera", "name": "Meera Nair"})
    emails: Any = field(
        default_factory=lambda: [
            {"email": "old@example.com", "primary": False, "verified": True},
            {"email": "meera@example.com", "primary": True, "verified": True},
        ]
    )
    token: dict[str, Any] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    def agree(self, address: str, *, agrees: bool = True) -> dict[str, str]:
        query = dict(parse_qsl(urlsplit(address).query))
        assert query["client_id"] == KEYS["client_id"]
        assert query["scope"] == "read:user user:email"
        if not agrees:
            return {"error": "access_denied", "error_description": "The user has denied your application access."}
        code = secrets.token_hex(10)
        self.codes[code] = query
        return {"code": code}

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        if self.token is not None:
            return self.token
        if (form["client_id"], form["client_secret"]) != (KEYS["client_id"], KEYS["client_secret"]):
            return {"error": "incorrect_client_credentials"}
        held = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if held is None or held["code_challenge"] != challenge or held["redirect_uri"] != form["redirect_uri"]:
            return {"error": "bad_verification_code"}
        token = f"gho_{secrets.token_hex(18)}"
        self.tokens.add(token)
        return {"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"}


class Pages(BaseHTTPRequestHandler):
    at: StandIn

    def do_GET(self) -> None:
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.at.tokens:
            self._json(401, {"message": "Bad credentials"})
        else:
            self._json(200, {"/user": self.at.user, "/user/emails": self.at.emails}[self.path])

    def do_POST(self) -> None:
        assert self.path == "/login/oauth/access_token"
        assert self.headers["Accept"] == "application/json", "else GitHub answers in another form"
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._json(200, self.at.exchange(dict(parse_qsl(sent))))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _json(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())


@pytest.fixture
def github() -> Iterator[StandIn]:
    stand_in = StandIn()
    bound = type("Bound", (Pages,), {"at": stand_in})
    with ThreadingHTTPServer(("127.0.0.1", 0), bound) as server:
        stand_in.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield stand_in
        server.shutdown()
        thread.join()


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    async with app_with(plugin, servers=servers, data_dir=tmp_path) as app:
        yield app


@pytest.fixture
async def shop(running: RunningApp) -> Shop:
    await save_settings(running.shop, "github_login", KEYS)
    return running.shop
