"""docs/api.md is what a running shop answers, for every route; the codes are those of the code."""

from __future__ import annotations

import ast
import os
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.testing.clients import RunningApp, app_with
from tests.api.codes import CODES, INSIDE
from tests.api.conftest import PLUGINS
from tests.api.reference import COMMAND, TARGET, WRITE, build
from tests.api.walk import walk
from tests.shopping import stock_up

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def standing(servers: tuple[str, str], tmp_path: Path) -> AsyncIterator[RunningApp]:
    """A shop whose clock stands still."""
    clock = FixedClock(datetime(2026, 11, 20, 6, 30, tzinfo=UTC))
    async with app_with(*PLUGINS, servers=servers, data_dir=tmp_path, clock=clock) as running:
        await stock_up(running.shop, {"KURTA": 10, "DIYA": 3})
        yield running


async def test_each_route_has_an_example_that_is_in_step(standing: RunningApp):
    recorder = await walk(standing)
    asked = {exchange.route for exchange in recorder.exchanges}
    missing = {f"{method} {path}" for method, path, _ in recorder.document.operations} - asked
    assert missing == set(), "tests/api/walk.py asks every route"
    text = build(recorder)
    if os.environ.get(WRITE):
        TARGET.write_text(text, encoding="utf-8")
    assert TARGET.read_text("utf-8") == text, f"docs/api.md is out of step. Run: {COMMAND}"
    seen = {exchange.code for exchange in recorder.exchanges if exchange.code}
    assert seen - set(CODES) == set(), "tests/api/codes.py says what each code means"


def raised_codes() -> set[str]:
    """Codes that the core gives to errors: `code = "…"` of classes, and `code="…"` where one is raised."""
    found: set[str] = set()
    for path in (ROOT / "spoeq_core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found |= _class_code(node)
            made = node.exc if isinstance(node, ast.Raise) else node.value if isinstance(node, ast.Return) else None
            if isinstance(made, ast.Call):
                found |= _texts(keyword.value for keyword in made.keywords if keyword.arg == "code")
    return found


def _class_code(node: ast.ClassDef) -> set[str]:
    named = (it for it in node.body if isinstance(it, ast.Assign) and getattr(it.targets[0], "id", "") == "code")
    return _texts(item.value for item in named)


def _texts(values: Iterable[ast.expr]) -> set[str]:
    return {str(value.value) for value in values if isinstance(value, ast.Constant)}


def test_each_code_is_listed_with_its_meaning():
    assert sorted(raised_codes() - set(CODES) - INSIDE) == []
    assert sorted(INSIDE - raised_codes()) == [], "and no other is"
