"""Records what a running app is asked and answers, each answer held against the OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from quart import Response

from spoeq_core.testing.clients import RunningApp
from spoeq_core.web.openapi import API
from tests.api.conformity import Document

SHOWN = ("Location", "ETag", "Retry-After", "WWW-Authenticate")
SECRET = frozenset({"token", "access_token", "refresh_token"})
WIDTH = 100
_ULID = re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b")
_TOKEN = re.compile(r"(token=)[^\s&\"]+|[\w-]{20,}\.[\w-]{40,}(?:\.[\w-]+)?")
_NUMBER = re.compile(r"\bSPQ-[0-9A-Z]{8}\b")
_DIGEST = re.compile(r"\b[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    route: str
    url: str
    headers: dict[str, str]
    body: Any
    status: int
    answer_headers: dict[str, str]
    answer: Any

    @property
    def code(self) -> str:
        """The problem's code; empty where there is none."""
        return str(self.answer["code"]) if self.status >= 400 else ""


@dataclass
class Recorder:
    """Whoever asks, under several names: `headers` by name."""

    running: RunningApp
    document: Document
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    async def ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int = 200,
        upload: Any = None,
        **headers: str,
    ) -> Any:
        """The JSON of an answer with the status that is expected."""
        sent = {**self.headers.get(who, {}), **{name.replace("_", "-"): value for name, value in headers.items()}}
        how: dict[str, Any] = {"files": upload, "form": body} if upload else {} if body is None else {"json": body}
        client = self.running.app.test_client(use_cookies=False)
        response: Response = await client.open(f"{API}{path}", method=method, headers=sent, **how)
        answer = await response.get_json() if await response.get_data() else None
        assert response.status_code == expect, (method, path, answer)
        await self.document.check(method, f"{API}{path}", response)
        shown = {name: response.headers[name] for name in SHOWN if name in response.headers}
        route = f"{method} {self.document.path_of(f'{API}{path}')}"
        self.exchanges.append(Exchange(route, f"{API}{path}", sent, body, expect, shown, answer))
        return answer

    def of(self, route: str) -> list[Exchange]:
        """The exchanges of a route, those that succeeded first."""
        return sorted((it for it in self.exchanges if it.route == route), key=lambda it: it.status >= 400)


@dataclass
class Plainer:
    """Makes texts the same in every run: ids by number, secrets left out."""

    ids: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """The text with what is random replaced."""
        found = _TOKEN.sub(lambda match: f"{match[1] or ''}…", text)
        found = _NUMBER.sub("SPQ-7K3M9Q2D", found)
        found = _DIGEST.sub("5d41402abc4b2a765d41402abc4b2a76", found)
        return _ULID.sub(lambda match: self.ids.setdefault(match[0], f"01JD4Z{len(self.ids) + 1:020d}"), found)

    def value(self, value: Any) -> Any:
        """The same of a JSON value, with one of its items; settings and their schema are only hinted at."""
        if isinstance(value, dict):
            return {self.text(name): self._member(name, item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def _member(self, name: str, value: Any) -> Any:  # noqa: PLR0911 - one answer for each kind of member
        if name in SECRET and value:
            return "…"
        if name == "schema" and isinstance(value, dict):
            return {"title": value["title"], "type": "object", "properties": {"…": {}}}
        if name == "values" and isinstance(value, dict):
            return {**self.value(dict(list(value.items())[:2])), "…": "…"}
        if name == "srcset" and value:
            return f"{self.text(value.partition(chr(44))[0])}, …"
        if name == "sources":
            return self.value(value[:1])
        if name in {"hooks", "permissions"} and value:
            return ["…"]
        return self.value(value[:1] if name == "items" and isinstance(value, list) else value)


def pretty(value: Any, indent: str = "") -> str:
    """JSON whose short members stand on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner = f"{indent}  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + pretty(item, inner) for item in value) + f"\n{indent}]"
    members = (f"{inner}{json.dumps(name, ensure_ascii=False)}: {pretty(item, inner)}" for name, item in value.items())
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def shown(exchange: Exchange, plain: Plainer) -> Iterator[str]:
    """An exchange as HTTP writes it."""
    yield f"{exchange.route.split()[0]} {plain.text(exchange.url)}"
    for name, value in exchange.headers.items():
        yield f"{name}: {'Bearer …' if name == 'Authorization' else plain.text(value)}"
    if exchange.body is not None:
        yield from ("", pretty(plain.value(exchange.body)))
    yield from ("", f"HTTP {exchange.status}")
    for name, value in exchange.answer_headers.items():
        yield f"{name}: {plain.text(value)}"
    if exchange.answer is not None:
        yield from ("", pretty(plain.value(exchange.answer)))
