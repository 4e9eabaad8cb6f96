"""A client that costs little, since it shares the machine with the shop: HTTP/1.1 over one kept connection."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httptools

_VISITORS = itertools.count(1)
LONGEST = 60.0


@dataclass(slots=True)
class Answer:
    """A status, its body, and the seconds until its last byte."""

    status: int = 0
    body: bytes = b""
    seconds: float = 0.0

    def json(self) -> Any:
        """The body read."""
        return json.loads(self.body)


@dataclass
class _Parts:
    """What httptools tells of the answer that is being read."""

    body: bytearray = field(default_factory=bytearray)
    complete: bool = False

    def on_body(self, piece: bytes) -> None:
        self.body += piece

    def on_message_complete(self) -> None:
        self.complete = True


class Visitor:
    """One visitor with one connection, from an address of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        number = next(_VISITORS)
        self._address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    async def get(self, path: str) -> Answer:
        """A page, as browsers ask for it."""
        return await self.ask("GET", path, b"", {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"})

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """JSON sent to the API."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self.ask("POST", f"/api/v1{path}", json.dumps(body).encode(), sent)

    async def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """One request and its answer.

        Raises:
            ConnectionError: the shop hung up.
        """
        sent = {"Host": "127.0.0.1", "X-Forwarded-For": self._address, "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        parts = _Parts()
        parser = httptools.HttpResponseParser(parts)
        started = time.perf_counter()
        self._writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        async with asyncio.timeout(LONGEST):
            while not parts.complete:
                piece = await self._reader.read(65536)
                if not piece:
                    raise ConnectionError("the shop hung up")
                parser.feed_data(piece)
        return Answer(parser.get_status_code(), bytes(parts.body), time.perf_counter() - started)
