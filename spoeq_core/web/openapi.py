"""OpenAPI 3.1, generated from the routes: each API view says what it takes and gives with `@operation`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from spoeq_core import __version__
from spoeq_core.web.access import Access, access_of
from spoeq_core.web.routing import ShopApp, UlidConverter

F = TypeVar("F", bound=Callable[..., Any])
API = "/api/v1"
FIRST_PROBLEM = 400
Schema = dict[str, Any]
Model = type[BaseModel]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter that is more than any text."""

    description: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Header:
    """A request header that a view reads, and the statuses that it may lead to."""

    name: str
    description: str
    statuses: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is not simply a JSON model that must be there: a file, or something that may be left out."""

    schema: Model | Schema
    media: str = "application/json"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """What the document says of a view."""

    summary: str
    tags: tuple[str, ...] = ()
    request: Content | None = None
    query: Mapping[str, Parameter] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()
    responses: Mapping[int, Model | Content | str | None] = field(default_factory=dict)


def whole_number(description: str, least: int, most: int) -> Parameter:
    """A parameter that is an integer of that range."""
    return Parameter(f"{description}, {least} to {most}", {"type": "integer", "minimum": least, "maximum": most})


PER_PAGE = whole_number("How many at most", 1, 100)
CURSOR = Parameter("The `next` of the page before", {"type": "string"})
FLAG = {"type": "string", "enum": ["1", "0"]}
IF_MATCH = Header("If-Match", 'The version that was read, as in "3"; another one now: 409 `stale`', (400, 409))
IF_NONE_MATCH = Header("If-None-Match", "The ETag of the answer that is known already", (304,))
IDEMPOTENCY_KEY = Header(
    "Idempotency-Key", "Printable ASCII, at most 200: the same key and body get the first answer again", (409, 422)
)
CSV_FILE = Content({"type": "string"}, "text/csv")
PDF_FILE = Content({"type": "string", "format": "binary"}, "application/pdf")
CART_TOKEN = Header("X-Cart-Token", "Names a guest's cart; given with the answer that made it")


def operation(
    summary: str,
    *,
    tags: Sequence[str] = (),
    request: Model | Content | None = None,
    query: Mapping[str, str | Parameter] | None = None,
    headers: Sequence[Header] = (),
    responses: Mapping[int, Model | Content | str | None] | None = None,
) -> Callable[[F], F]:
    """Describe an API view.

    Args:
        summary: One line.
        tags: Sections of the document.
        request: The JSON body, or content of another kind.
        query: Query parameters and what they mean.
        headers: Request headers that it reads.
        responses: Model, file, sentence or nothing, by status. Those that bodies, headers and access bring
            by themselves (401, 403, 413, 422 …) need not be named.
    """
    body = request if request is None or isinstance(request, Content) else Content(request)
    described = Operation(
        summary,
        tuple(tags),
        body,
        {n: p if isinstance(p, Parameter) else Parameter(p, {"type": "string"}) for n, p in (query or {}).items()},
        tuple(headers),
        dict(responses or {200: None}),
    )

    def mark(view: F) -> F:
        view.__operation__ = described  # type: ignore[attr-defined]
        return view

    return mark


def operation_of(view: Callable[..., Any] | None) -> Operation | None:
    """What a view says of itself, if it does."""
    found: Operation | None = getattr(view, "__operation__", None)
    return found


def build(app: ShopApp, base_url: str, title: str) -> Schema:
    """The document for what answers now."""
    found = list(_operations(app))
    references, schemas = _schemas(operation for _, _, operation in found)
    paths: Schema = {}
    for rule, method, described in found:
        paths.setdefault(path_of(rule), {})[method.lower()] = _operation(rule, method, described, app, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "servers": [{"url": base_url}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Problem": PROBLEM, **schemas},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def path_of(rule: Rule) -> str:
    """A route's path as OpenAPI writes it."""
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable; docs/api.md lists them"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message", "code"],
                "properties": {name: {"type": "string"} for name in ("field", "message", "code")},
            },
        },
    },
}
_PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _operations(app: ShopApp) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.enabled_map().iter_rules():
        described = operation_of(app.view_functions.get(rule.endpoint))
        if described is not None and rule.rule.startswith(API):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, described


def _schemas(operations: Iterator[Operation]) -> tuple[dict[Model, Schema], Schema]:
    """A reference to each model, and all their schemas; models of one name in two modules get longer names.

    What the API gives is described as what it takes: a member with a default may be left out.
    """
    models: dict[Model, None] = {}
    for described in operations:
        bodies = [described.request.schema] if described.request else []
        models |= {it: None for it in (*bodies, *described.responses.values()) if isinstance(it, type)}
    references, schema = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {model: references[model, "validation"] for model in models}, schema.get("$defs", {})


def _operation(
    rule: Rule, method: str, described: Operation, app: ShopApp, references: Mapping[Model, Schema]
) -> Schema:
    access = access_of(app.view_functions[rule.endpoint]) or Access("public")
    found: Schema = {
        "operationId": f"{rule.endpoint.replace('.', '_')}_{method.lower()}",
        "summary": described.summary,
        "tags": list(described.tags),
        "parameters": list(_parameters(rule, described)),
        "responses": _responses(described, access, references),
        "security": [{"bearer": []}] if access.kind != "public" else [{}, {"bearer": []}],
    }
    if described.request is not None:
        body = described.request
        schema = references[body.schema] if isinstance(body.schema, type) else body.schema
        found["requestBody"] = {"required": body.required, "content": {body.media: {"schema": schema}}}
    if access.permission:
        found["description"] = f"Staff with the permission `{access.permission}`."
    return found


def _parameters(rule: Rule, described: Operation) -> Iterator[Schema]:
    for name in sorted(rule.arguments):
        is_ulid = isinstance(rule._converters[name], UlidConverter)
        schema = {"type": "string", **({"pattern": f"^{UlidConverter.regex}$"} if is_ulid else {})}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, parameter in described.query.items():
        yield {"name": name, "in": "query", "description": parameter.description, "schema": parameter.schema}
    for header in described.headers:
        yield {"name": header.name, "in": "header", "description": header.description, "schema": {"type": "string"}}


def _responses(described: Operation, access: Access, references: Mapping[Model, Schema]) -> Schema:
    """What the view says, and what follows from what it takes and whom it lets in."""
    follows = [status for header in described.headers for status in header.statuses]
    follows += [400, 413, 422] if described.request else [422] if described.query else []
    follows += {"public": [], "signed_in": [401, *([] if access.staff_too else [403])], "staff": [401, 403]}[
        access.kind
    ]
    known = {**dict.fromkeys(follows), **described.responses}
    found = {str(status): _response(status, known[status], references) for status in sorted(known)}
    found["default"] = {"description": "A problem (RFC 9457)", "content": _PROBLEM_CONTENT}
    return found


def _response(status: int, what: Model | Content | str | None, references: Mapping[Model, Schema]) -> Schema:
    phrase = HTTPStatus(status).phrase
    if isinstance(what, type):
        return {"description": phrase, "content": {"application/json": {"schema": references[what]}}}
    if isinstance(what, Content):
        return {"description": phrase, "content": {what.media: {"schema": what.schema}}}
    described: Schema = {"description": what or phrase}
    return {**described, "content": _PROBLEM_CONTENT} if status >= FIRST_PROBLEM else described
