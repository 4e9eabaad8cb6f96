"""docs/api.md: one recorded example for each route with its statuses and codes, and the list of codes."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.api.codes import CODES
from tests.api.recording import Exchange, Plainer, Recorder, shown

TARGET = Path(__file__).parents[2] / "docs" / "api.md"
WRITE = "SPOEQ_WRITE_API_DOCS"
COMMAND = f"{WRITE}=1 python -m pytest tests/api/test_examples.py"
ORDER = (
    *("Auth", "Me", "Products", "Reviews", "Categories", "Brands", "Search", "Cart", "Checkout"),
    *("Orders", "Payments", "Coupons", "Sales", "Customer segments", "Inventory", "Admin"),
)
HEAD = f"""# The JSON API

Everything below was asked of a running shop by the tests: `{COMMAND}` writes
this file, and a test fails where it is out of step. A running shop describes itself at `/api/v1/openapi.json`
(OpenAPI 3.1, only what is enabled) and, for people, at `/api/v1/docs`. Ids, tokens and tags are made plain
here, and of lists one item is shown.

- Money is `{{"amount": 49900, "currency": "INR"}}`: integer minor units. Times are RFC 3339 in UTC. Ids are ULIDs.
- Unknown fields of a body are refused (422), unknown query parameters ignored.
- Errors are `application/problem+json` (RFC 9457) with a stable [`code`](#codes).
- Lists are `{{items, total, page, per_page}}`, or `{{items, next}}` where `next` is the `cursor` of the page after.
- Sign in with `Authorization: Bearer <access token>`; a guest's cart is named by `X-Cart-Token` or its cookie.
- Public reads have an `ETag` and answer 304 to `If-None-Match`; changes by staff take `If-Match`: 409 `stale`.
- `Idempotency-Key` on placing, paying, refunding and booking stock: the same key and body get the first answer again.

For health there are `/healthz` (200 while the process is up), `/readyz` (503 with `Retry-After` and the failing part
under `checks` while the shop cannot work) and `/metrics` (Prometheus).
"""


def build(recorder: Recorder) -> str:
    """The whole file."""
    plain = Plainer()
    rows = sorted(recorder.document.operations, key=_place)
    parts = [HEAD, "## Routes\n"]
    for tag, group in groupby(rows, key=lambda row: row[2]["tags"][0]):
        parts.append(f"### {tag}\n")
        for method, path, operation in group:
            parts.extend(_route(f"{method} {path}", operation, recorder, plain))
    return "\n".join([*parts, *_codes()]).rstrip() + "\n"


def _place(row: tuple[str, str, dict[str, Any]]) -> tuple[int, str, str]:
    method, path, operation = row
    return ORDER.index(operation["tags"][0]), path, method


def _route(route: str, operation: dict[str, Any], recorder: Recorder, plain: Plainer) -> Iterator[str]:
    found = recorder.of(route)
    yield f"#### {route}\n"
    yield f"{operation['summary']}. {operation.get('description', _who(operation))}\n"
    yield f"{_statuses(operation, found)}\n"
    example = found[0]
    yield f"<details><summary>Example</summary>\n\n```http\n{chr(10).join(shown(example, plain))}\n```\n\n</details>\n"


def _who(operation: dict[str, Any]) -> str:
    return "For everybody." if {} in operation["security"] else "For whoever is signed in."


def _statuses(operation: dict[str, Any], found: list[Exchange]) -> str:
    """Every status that is described, with the codes that were seen."""
    known = {int(status) for status in operation["responses"] if status != "default"} | {it.status for it in found}
    words = []
    for status in sorted(known):
        codes = sorted({it.code for it in found if it.status == status and it.code})
        words.append(f"{status} {' '.join(f'`{code}`' for code in codes) or HTTPStatus(status).phrase}")
    return " · ".join(words)


def _codes() -> Iterator[str]:
    yield "## Codes\n"
    yield "Stable: a program may rely on them. Those of coupons, cod, restock and reviews are among them.\n"
    yield "| code | status | |\n|---|---|---|"
    yield from (f"| `{code}` | {status} | {words} |" for code, (status, words) in CODES.items())
