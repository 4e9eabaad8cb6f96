"""OpenAPI 3.1, generated from the routes: each API view says what it takes and gives with `@operation`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel
from werkzeug.routing import Rule

from spoeq_core import __version__
from spoeq_core.web.routing import ShopApp

F = TypeVar("F", bound=Callable[..., Any])
API = "/api/v1"
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of a view."""

    summary: str
    tags: tuple[str, ...] = ()
    request: type[BaseModel] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    responses: Mapping[int, Any] = field(default_factory=dict)


def operation(
    summary: str,
    *,
    tags: Sequence[str] = (),
    request: type[BaseModel] | None = None,
    query: Mapping[str, str] | None = None,
    responses: Mapping[int, type[BaseModel] | str | None] | None = None,
) -> Callable[[F], F]:
    """Describe an API view.

    Args:
        summary: One line.
        tags: Sections of the document.
        request: The JSON body.
        query: Query parameters and what they mean.
        responses: Model, sentence or nothing, by status.
    """

    def mark(view: F) -> F:
        view.__operation__ = Operation(  # type: ignore[attr-defined]
            summary, tuple(tags), request, dict(query or {}), dict(responses or {200: None})
        )
        return view

    return mark


def build(app: ShopApp, base_url: str, title: str) -> Schema:
    """The document for what answers now."""
    schemas: Schema = {"Problem": PROBLEM}
    paths: Schema = {}
    for rule, method, described in _operations(app):
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[method.lower()] = _operation(rule, method, described, app, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": base_url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "message", "code")},
            },
        },
    },
}


def _operations(app: ShopApp) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.enabled_map().iter_rules():
        described = getattr(app.view_functions.get(rule.endpoint), "__operation__", None)
        if described is not None and rule.rule.startswith(API):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, described


def _operation(rule: Rule, method: str, described: Operation, app: ShopApp, schemas: Schema) -> Schema:
    found: Schema = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": described.summary,
        "tags": list(described.tags),
        "parameters": [
            *(
                {"name": n, "in": "path", "required": True, "schema": {"type": "string"}}
                for n in sorted(rule.arguments)
            ),
            *(
                {"name": n, "in": "query", "description": d, "schema": {"type": "string"}}
                for n, d in described.query.items()
            ),
        ],
        "responses": {str(status): _response(status, what, schemas) for status, what in described.responses.items()},
    }
    found["responses"]["default"] = {
        "description": "A problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if described.request is not None:
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(described.request, schemas, "validation")}},
        }
    access = getattr(app.view_functions[rule.endpoint], "__access__", None)
    if getattr(access, "kind", "public") != "public":
        found["security"] = [{"bearer": []}]
        permission = getattr(access, "permission", "")
        if permission:
            found["description"] = f"Staff with the permission `{permission}`."
    return found


def _response(status: int, what: type[BaseModel] | str | None, schemas: Schema) -> Schema:
    phrase = HTTPStatus(status).phrase
    if isinstance(what, str):
        return {"description": what}
    if what is None:
        return {"description": phrase}
    schema = _reference(what, schemas, "serialization")
    return {"description": phrase, "content": {"application/json": {"schema": schema}}}


def _reference(model: type[BaseModel], schemas: Schema, mode: Any) -> Schema:
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
    schemas.update(schema.pop("$defs", {}))
    schemas[model.__name__] = schema
    return {"$ref": f"#/components/schemas/{model.__name__}"}
