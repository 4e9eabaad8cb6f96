"""An OpenID Connect issuer on loopback: real HTTP, real codes and tokens, and faults on demand."""

from __future__ import annotations

import hashlib
import html
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "kit-client"
CLIENT_SECRET = "kit-secret-not-to-be-shown"  # noqa: S105 - of a server that lives as long as a test
KEY_ID = "kit-key"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in at the issuer."""

    subject: str = "110169484474386276334"
    email: str = "meera@example.com"
    email_verified: bool | str = True
    name: str = "Meera Nair"


@dataclass(frozen=True, slots=True)
class Broken:
    """How an endpoint answers instead; `silent`, not before the issuer ends."""

    status: int = 500
    body: bytes = b"<h1>Oops</h1>"
    silent: bool = False


@cache
def key_number(number: int) -> rsa.RSAPrivateKey:
    """A key to sign with; the same for the same number, since making one takes long."""
    del number
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Issuer:
    """The issuer; tests change who is there and what goes wrong.

    Attributes:
        url: What it calls itself.
        person: Who is signed in there.
        broken: Answers by endpoint ("/token").
        bend: Changes the claims of an id token before it is signed.
        sign: Makes the id token of its claims.
        now: The time there, seconds since 1970.
        asked: Method and path of each request, in order.
    """

    url: str = ""
    person: Person = field(default_factory=Person)
    broken: dict[str, Broken] = field(default_factory=dict)
    bend: Callable[[dict[str, Any]], dict[str, Any]] = field(default=lambda claims: claims)
    sign: Callable[[dict[str, Any]], str] | None = None
    now: Callable[[], float] = time.time
    asked: list[str] = field(default_factory=list)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: key_number(1))
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: dict[str, Person] = field(default_factory=dict)
    ending: threading.Event = field(default_factory=threading.Event, repr=False)

    def signed(self, claims: dict[str, Any]) -> str:
        """An id token as it should be."""
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": KEY_ID})

    async def comes_back(self, address: str, *, agrees: bool = True) -> dict[str, str]:
        """What somebody comes back with who was led to this address, and agrees or does not."""
        async with httpx.AsyncClient(timeout=60) as browser:
            seen = await browser.get(address)
            assert seen.status_code == HTTPStatus.OK, seen.text
            query = {**dict(parse_qsl(urlsplit(address).query)), "agrees": "yes" if agrees else ""}
            answer = await browser.get(f"{self.url}/decide", params=query)
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def metadata(self) -> dict[str, Any]:
        """Its discovery document."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        """Its public keys."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def decided(self, query: Mapping[str, str]) -> str:
        """Where the browser goes after the person decided."""
        back = {"state": query.get("state", ""), "iss": self.url}
        if not query.get("agrees"):
            return f"{query['redirect_uri']}?{urlencode({**back, 'error': 'access_denied'})}"
        code = secrets.token_urlsafe(24)
        self.codes[code] = {**query, "person": self.person}
        return f"{query['redirect_uri']}?{urlencode({**back, 'code': code})}"

    def exchanged(self, form: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """What the token endpoint answers (RFC 6749, 5; RFC 7636, 4.6)."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        held = self.codes.pop(form.get("code", ""), None)
        challenge = digest(form.get("code_verifier", ""))
        if held is None or held["redirect_uri"] != form.get("redirect_uri") or held["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(24)
        person = self.tokens[token] = held["person"]
        now = int(self.now())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": held.get("nonce")}
        claims = self.bend({**claims, **about(person)})
        made = (self.sign or self.signed)(claims)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": made}


def about(person: Person) -> dict[str, Any]:
    """The claims about somebody."""
    return {
        "sub": person.subject,
        "email": person.email,
        "email_verified": person.email_verified,
        "name": person.name,
    }


def digest(verifier: str) -> str:
    """S256 of RFC 7636."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer that serves."""
    issuer = Issuer()

    class Bound(_Pages):
        at = issuer

    with ThreadingHTTPServer(("127.0.0.1", 0), Bound) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            issuer.ending.set()
            server.shutdown()
            thread.join()


class _Pages(BaseHTTPRequestHandler):
    at: Issuer

    def do_GET(self) -> None:
        """Discovery, keys, the page that asks the person, and who they are."""
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if self._breaks(parts.path):
            return
        if parts.path == "/.well-known/openid-configuration":
            self._json(200, self.at.metadata())
        elif parts.path == "/keys":
            self._json(200, self.at.keys())
        elif parts.path == "/authorize":
            self._ask(query)
        elif parts.path == "/decide":
            self._send(302, b"", "text/plain", Location=self.at.decided(query))
        elif parts.path == "/userinfo":
            person = self.at.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self._json(200, about(person)) if person else self._json(401, {"error": "invalid_token"})
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        """Tokens for a code."""
        path = urlsplit(self.path).path
        sent = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if not self._breaks(path):
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            kind, _, pair = self.headers.get("Authorization", "").partition(" ")
            if kind == "Basic":
                form["client_secret"] = unquote_plus(b64decode(pair).decode().partition(":")[2])
            self._json(*self.at.exchanged(form))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _ask(self, query: Mapping[str, str]) -> None:
        wanted = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        missing = [name for name in ("state", "code_challenge", "redirect_uri", "nonce") if not query.get(name)]
        if missing or any(query.get(name) != value for name, value in wanted.items()):
            self._json(400, {"error": "invalid_request", "missing": missing})
            return
        links = [(urlencode({**query, "agrees": said}), words) for said, words in (("yes", "Allow"), ("", "Deny"))]
        page = "".join(f'<p><a href="/decide?{html.escape(to)}">{words}</a></p>' for to, words in links)
        self._send(200, f"<!doctype html><h1>Sign in at the issuer</h1>{page}".encode(), "text/html")

    def _breaks(self, path: str) -> bool:
        self.at.asked.append(f"{self.command} {path}")
        broken = self.at.broken.get(path)
        if broken is None:
            return False
        if broken.silent:
            self.at.ending.wait()
        self._send(broken.status, broken.body, "text/html")
        return True

    def _json(self, status: int, body: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            return  # whoever asked did not wait
