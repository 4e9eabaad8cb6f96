"""No input is too strange: whatever is sent, the answer is one that the document knows, and never a 500."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings, strategies as st

from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import shopper_program, staff_program
from spoeq_core.web.openapi import API
from tests.api.conformity import Document, document_of
from tests.api.values import JSON, TEXTS, values_of

Operation = dict[str, Any]

ENDS_THE_WALK = ("/auth/logout", "/auth/logout-all", "/auth/sessions", "/enable", "/disable", "/settings", "/me")
"""What would sign the asker out or switch the shop itself over is asked by guests only."""

ODD = st.sampled_from(
    ["", "0", "-1", "1.5", "1e9", "two", "\0", "null", "$where", "../..", "\u0663", "9" * 30, "x" * 400]
)
RAW = st.sampled_from([b"", b"{", b"[]", b"\xff\xfe", b'"x"', b"{}" * 3, b'{"a":1e400}', b"[" * 5000])


CASES = int(os.environ.get("SPOEQ_FUZZ", "12"))
"""Requests to each route."""
KNOWN = 6


@dataclass(frozen=True)
class Case:
    """A request; `«n»` in its URL stands for the n-th thing that is there."""

    method: str
    path: str
    url: str
    who: str
    headers: Mapping[str, str]
    body: bytes


def url_of(draw: Any, path: str, operation: Operation) -> str:
    """The path with something put into its parameters, and some of the query."""
    filled, query = path, []
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            number = draw(st.integers(0, 2 * KNOWN))
            value = draw(TEXTS.filter(bool) | ODD.filter(bool)) if number >= KNOWN else f"«{number}»"
            filled = filled.replace(f"{{{parameter['name']}}}", quote(value.replace("/", "-"), safe="«»"))
        elif parameter["in"] == "query" and draw(st.booleans()):
            name = parameter["name"].replace("<attribute>", "Colour")
            value = draw(st.one_of(values_of(parameter["schema"], {}), values_of(parameter["schema"], {}), ODD))
            query.append(f"{quote(name, safe='')}={quote(str(value), safe='', errors='replace')}")
    return filled + (f"?{'&'.join(query)}" if query else "")


def body_of(draw: Any, schema: st.SearchStrategy[Any] | None) -> bytes:
    """A body: as the schema says, nearly so, any JSON, or none."""
    kind = draw(st.sampled_from(["good", "good", "bent", "any", "raw"])) if schema is not None else "raw"
    if schema is None or kind == "raw":
        return draw(RAW)
    value = draw(JSON) if kind == "any" else draw(schema)
    if kind == "bent" and isinstance(value, dict):
        names = [*value, "surprise"]
        value = {**value, draw(st.sampled_from(names)): draw(JSON)}
    return json.dumps(value).encode()


def headers_of(draw: Any, operation: Operation) -> dict[str, str]:
    """Some of the headers that the operation reads."""
    values = st.sampled_from(['"1"', 'W/"2"', "*", '"x"', "key", "k" * 300, ""])
    named = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "header"]
    return {name: draw(values) for name in named if name != "X-Cart-Token" and draw(st.booleans())}


def cases_of(document: Document) -> list[Case]:
    """Requests that are the same in every run: each operation once, then each again."""
    rounds = [_cases(document, *row) for row in document.operations]
    return [case for turn in zip_longest(*rounds) for case in turn if case is not None]


def _cases(document: Document, method: str, path: str, operation: Operation) -> list[Case]:
    found: list[Case] = []
    contents = operation.get("requestBody", {}).get("content", {}).values()
    shapes = document.raw["components"]["schemas"]
    body = next((values_of(content["schema"], shapes) for content in contents), None)

    @settings(max_examples=CASES, derandomize=True, database=None, phases=[Phase.generate])
    @given(data=st.data())
    def collect(data: Any) -> None:
        draw = data.draw
        who = "guest" if path.endswith(ENDS_THE_WALK) else draw(st.sampled_from(["admin", "admin", "guest"]))
        sent = body_of(draw, body)
        found.append(Case(method, path, url_of(draw, path, operation), who, headers_of(draw, operation), sent))

    collect()
    return found


@pytest.mark.slow
async def test_whatever_is_sent_is_answered_as_the_document_says(app: RunningApp):
    document = await document_of(app)
    askers = {"admin": await staff_program(app, "admin"), "guest": shopper_program(app)}
    _, cart = await askers["guest"].post("/cart", {"sku": "KURTA", "quantity": 1})
    await askers["admin"].post("/coupons", {"code": "TEN", "type": "percent", "value": 10, "active": True})
    _, found = await askers["guest"].get("/products?q=KURTA")
    known = (cart["items"][0]["id"], found["items"][0]["id"], found["items"][0]["slug"], "KURTA", "TEN", "cod")
    answered = set()
    for case in cases_of(document):
        url = case.url
        for number, value in enumerate(known):
            url = url.replace(f"«{number}»", value)
        headers = {**askers[case.who].headers, "Content-Type": "application/json", **case.headers}
        client = app.app.test_client(use_cookies=False)
        answer = await client.open(url, method=case.method, headers=headers, data=case.body)
        answered.add(f"{case.method} {case.path} {answer.status_code}")
        nowhere = answer.status_code == 404 and (await answer.get_json())["code"] == "not_found"
        if not nowhere:  # an id of another form may be another address
            await document.check(case.method, url, answer)
    assert len({entry.rpartition(" ")[0] for entry in answered}) == len(document.operations)
    assert len([entry for entry in answered if entry.rpartition(" ")[2] < "3"]) >= 10, "and many of them answered"


async def test_the_check_finds_an_answer_that_is_not_as_described(app: RunningApp):
    document = await document_of(app)
    answer = await app.client.get(f"{API}/cart")
    await document.check("GET", f"{API}/cart", answer)
    del document.raw["components"]["schemas"]["CartShape"]["properties"]["notices"]
    with pytest.raises(AssertionError, match="notices"):
        await document.check("GET", f"{API}/cart", answer)
