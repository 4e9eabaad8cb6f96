"""Holds what the app answers against its own OpenAPI document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from quart import Response
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from spoeq_core.testing.clients import RunningApp

DOCUMENT = "urn:openapi"


@dataclass(frozen=True)
class Document:
    """The OpenAPI document of a running app."""

    raw: dict[str, Any]

    @property
    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Method, path and operation."""
        return [
            (method.upper(), path, operation)
            for path, methods in self.raw["paths"].items()
            for method, operation in methods.items()
        ]

    def path_of(self, url: str) -> str:
        """The document's path that a URL is an instance of; those without parameters count first."""
        bare = url.partition("?")[0]
        matching = [path for path in self.raw["paths"] if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), bare)]
        assert matching, f"{bare} is not in the document"
        return min(matching, key=lambda path: path.count("{"))

    async def check(self, method: str, url: str, response: Response) -> None:
        """Fail where an answer is not as the document says."""
        path = self.path_of(url)
        operation, status = self.raw["paths"][path][method.lower()], str(response.status_code)
        label = f"{method} {path} → {status}"
        assert response.status_code < 500 or status == "503", (label, await response.get_data())
        assert status in operation["responses"] or response.status_code >= 400, f"{label} is not in the document"
        described = operation["responses"].get(status, operation["responses"]["default"])
        if "content" not in described:
            assert not await response.get_data(), f"{label} has a body that the document does not name"
            return
        media = (response.content_type or "").partition(";")[0]
        assert media in described["content"], f"{label} is {media}"
        if media.startswith(("text/", "application/pdf")):
            assert await response.get_data(), f"{label} is empty"
            return
        self.hold(await response.get_json(force=True), described["content"][media]["schema"], label)

    def hold(self, value: Any, schema: dict[str, Any], label: str) -> None:
        """Fail where a value is not of a schema."""
        resource = Resource(contents=self.raw, specification=DRAFT202012)
        registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
        validator = Draft202012Validator(_absolute(schema), registry=registry, format_checker=FormatChecker())
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
        assert not errors, (label, errors)


async def document_of(running: RunningApp) -> Document:
    """What the app says of itself now."""
    answer = await running.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200, await answer.get_data()
    return Document(await answer.get_json())


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its references into the document."""
    if "$ref" in schema:
        return {"$ref": f"{DOCUMENT}{schema['$ref']}"}
    return schema
