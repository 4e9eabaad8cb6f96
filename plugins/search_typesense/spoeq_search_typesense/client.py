"""The server: what is asked of it over HTTP, node after node until one answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final

import httpx

from spoeq_core.sdk import Shop
from spoeq_search_typesense.settings import TypesenseSettings

Json = dict[str, Any]

MOST_SEARCHES: Final = 40
"""Questions of one request; the server takes 50."""
IDS: Final = 100
"""Ids in one address."""
PAGE: Final = 250
"""The most documents that one question answers with."""
_LONGEST: Final = 300
_MISSING, _BUSY, _FAULT = 404, 429, 500
_KEY_REFUSED: Final = (401, 403)


class ServerError(Exception):
    """The server does not do what it is asked for: it is down, late, busy, or refuses."""


class Missing(ServerError):
    """There is no such collection."""


class Typesense:
    """A server of one node or several, with its connections.

    Every method raises:
        ServerError: no node answers, or the question is refused.
        Missing: there is no such collection.
    """

    def __init__(self, settings: TypesenseSettings) -> None:
        self.settings = settings
        self.alias = f"{settings.prefix}-products"
        self._nodes = [node.rstrip("/") for node in settings.nodes]
        self._first = 0
        self._http = httpx.AsyncClient(headers={"X-TYPESENSE-API-KEY": settings.api_key.get_secret_value()})

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(self) -> None:
        """Fail unless the server can be asked with this key."""
        seconds = self.settings.search_seconds
        await self._ask("GET", f"/aliases/{self.alias}", seconds=seconds, missing_is_fine=True)

    async def search(self, searches: Sequence[Json]) -> list[Json]:
        """The answer to each question."""
        answers: list[Json] = []
        for start in range(0, len(searches), MOST_SEARCHES):
            asked = {"searches": searches[start : start + MOST_SEARCHES]}
            response = await self._ask("POST", "/multi_search", json=asked, seconds=self.settings.search_seconds)
            answers += _decoded(response)["results"]
        for answer in answers:
            if "code" in answer:
                raise _error(answer["code"], str(answer.get("error")))
        return answers

    async def documents(self, collection: str, ids: Sequence[str], fields: str) -> list[Json]:
        """What the collection has of some products."""
        parts = [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]
        searches = [
            {
                "collection": collection,
                "q": "*",
                "filter_by": f"id:[{','.join(part)}]",
                "include_fields": fields,
                "per_page": PAGE,
            }
            for part in parts
        ]
        return [hit["document"] for answer in await self.search(searches) for hit in answer["hits"]]

    async def export(self, collection: str, fields: str) -> AsyncIterator[Json]:
        """What the collection has of every product."""
        path = f"/collections/{collection}/documents/export"
        response = await self._ask("GET", path, params={"include_fields": fields})
        for line in response.text.splitlines():
            yield json.loads(line)

    async def put(self, collection: str, documents: Iterable[Json]) -> dict[str, str]:
        """Store documents; by id why some were refused."""
        listed = list(documents)
        if not listed:
            return {}
        path = f"/collections/{collection}/documents/import"
        body = "\n".join(json.dumps(document) for document in listed)
        response = await self._ask("POST", path, params={"action": "upsert", "dirty_values": "reject"}, content=body)
        results = [json.loads(line) for line in response.text.splitlines()]
        if len(results) != len(listed):
            raise ServerError(f"the server answered for {len(results)} of {len(listed)} documents")
        pairs = zip(listed, results, strict=True)
        return {one["id"]: str(said.get("error"))[:_LONGEST] for one, said in pairs if not said.get("success")}

    async def take_out(self, collection: str, ids: Sequence[str]) -> None:
        """Delete documents; those that are not there are none."""
        for start in range(0, len(ids), IDS):
            condition = f"id:[{','.join(ids[start : start + IDS])}]"
            await self._ask("DELETE", f"/collections/{collection}/documents", params={"filter_by": condition})

    async def create(self, collection: str, fields: Sequence[Json]) -> None:
        """Make an empty collection."""
        await self._ask("POST", "/collections", json={"name": collection, "fields": list(fields)})

    async def drop(self, collection: str) -> None:
        """Delete a collection, if it is there."""
        await self._ask("DELETE", f"/collections/{collection}", missing_is_fine=True)

    async def collections(self) -> dict[str, int]:
        """How many documents each collection of the server has, by name."""
        return {one["name"]: one["num_documents"] for one in _decoded(await self._ask("GET", "/collections"))}

    async def target(self) -> str:
        """The collection that the alias stands for; empty if there is none."""
        response = await self._ask("GET", f"/aliases/{self.alias}", missing_is_fine=True)
        return "" if response.status_code == _MISSING else str(_decoded(response)["collection_name"])

    async def point(self, collection: str) -> None:
        """Let the alias stand for a collection; questions see one or the other."""
        await self._ask("PUT", f"/aliases/{self.alias}", json={"collection_name": collection})

    async def _ask(
        self, method: str, path: str, *, seconds: float = 0.0, missing_is_fine: bool = False, **more: Any
    ) -> httpx.Response:
        failure = ""
        for _ in self._nodes:
            node = self._nodes[self._first]
            try:
                timeout = seconds or self.settings.write_seconds
                response = await self._http.request(method, node + path, timeout=timeout, **more)
            except httpx.HTTPError as error:
                failure = f"{node}: {type(error).__name__}"
            else:
                if response.status_code < _FAULT and response.status_code != _BUSY:
                    if response.is_success or (missing_is_fine and response.status_code == _MISSING):
                        return response
                    raise _error(response.status_code, response.text)
                failure = f"{node} answered {response.status_code}"
            self._first = (self._first + 1) % len(self._nodes)
        raise ServerError(failure)


class Connections:
    """The connections of one shop in one process; kept as its repositories are."""

    def __init__(self, *_parts: object) -> None:
        self._server: Typesense | None = None

    def to(self, settings: TypesenseSettings) -> Typesense | None:
        """The server that settings name; None if they name none."""
        if self._server is None or not settings.reach_as(self._server.settings):
            self._server = Typesense(settings) if settings.nodes else None
        return self._server


def server_of(shop: Shop) -> Typesense | None:
    """The server that this shop's settings name; None if they name none."""
    return shop.repository(Connections).to(shop.plugin_settings(TypesenseSettings))


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise ServerError("what answers is no Typesense server") from None


def _error(code: int, text: str) -> ServerError:
    if code == _MISSING:
        return Missing("there is no such collection")
    return ServerError("the API key is refused" if code in _KEY_REFUSED else f"{code}: {text[:_LONGEST]}")
