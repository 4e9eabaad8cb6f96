"""A plugin's secrets are nowhere to be read: not in pages, answers, logs, the audit, nor the database."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from pydantic import BaseModel, SecretStr

from spoeq_core.hooks import app as app_hooks
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.check.access import rules_of
from spoeq_core.testing.check.contract import booted
from spoeq_core.testing.check.lab import STAFF_PAGES, Bench, Lab
from spoeq_core.testing.check.model import Fault, Skipped, Unchecked
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.visitors import staff_program

CANARY = "spoeq-canary-7f31c0d9b2"


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Its secret settings filled with a mark, the mark searched for."""
    hooks = booted(subject)
    fields = [name for part in hooks.all_parts(app_hooks.register_settings) for name in _secret_fields(part.value)]
    if not fields:
        raise Skipped("it has no secret settings")
    with _listening() as heard:
        bench = await lab.bench()
        try:
            await save_settings(bench.running.shop, subject.name, {name: f"{CANARY}-{name}" for name in fields})
        except SpoeqError as error:
            raise Unchecked(f"its settings do not take the secret {CANARY!r}: {error}") from error
        await _everything(bench)
        places = {where for where, _, text in bench.seen if CANARY in text}
        places |= {f"the collection {name}" async for name in _in_database(bench)}
    if CANARY in heard.getvalue():
        places.add("the log")
    return [Fault(f"a secret of its settings can be read in {place}") for place in sorted(places)]


async def _everything(bench: Bench) -> None:
    await bench.browse()
    await bench.buy()
    await bench.settle_events()
    for path in (*STAFF_PAGES, f"/admin/plugins/{bench.plugin}", "/admin/audit", "/readyz", "/metrics"):
        await bench.page(bench.admin, path)
    program = await staff_program(bench.running, "admin")
    own = [rule.rule for rule in rules_of(bench.running.app, bench.plugin) if "<" not in rule.rule]
    for path in own:
        await bench.page(bench.admin, path)
    for path in (f"/admin/plugins/{bench.plugin}/settings", "/admin/plugins", "/admin/audit-log"):
        status, answer = await program.get(path)
        bench.seen.append((f"/api/v1{path}", status, json.dumps(answer, default=str)))
    for part in bench.running.shop.hooks.parts(app_hooks.register_schedules):
        for schedule in part.value:
            await _quietly(schedule, bench)


async def _quietly(schedule: Any, bench: Bench) -> None:
    """Run repeating work once; it may fail without its servers, and must not tell the secret."""
    try:
        await schedule.run(bench.running.shop)
    except Exception:
        logging.getLogger(__name__).warning("schedule %s failed", schedule.name, exc_info=True)


async def _in_database(bench: Bench) -> Any:
    database = bench.running.shop.mongo.database
    for name in await database.list_collection_names():
        async for document in database[name].find():
            if CANARY in str(document):
                yield name
                break


@contextmanager
def _listening() -> Iterator[io.StringIO]:
    """All that is logged or printed."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield heard
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def _secret_fields(model: type[BaseModel]) -> list[str]:
    return [name for name, value in model() if isinstance(value, SecretStr)]
