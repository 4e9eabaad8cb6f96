"""A plugin comes, goes and comes back on a running shop, and what it keeps is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from werkzeug.routing import Rule

from spoeq_core.boot import schedules, subscribers
from spoeq_core.hooks import app as app_hooks
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.testing.check.access import rules_of
from spoeq_core.testing.check.lab import STAFF_PAGES, Bench, Lab
from spoeq_core.testing.check.model import Fault
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.visitors import shopper_browser
from spoeq_core.web.access import access_of

NO_ID = "0123456789ABCDEFGHJKMNPQRS"
UNREADY = HTTPStatus.SERVICE_UNAVAILABLE
Client = Any


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Enabled it works, disabled it is gone, enabled again it works as before."""
    faults: list[str] = []
    async with lab.fresh() as bench:
        faults += [f"while it is installed and disabled: {fault}" for fault in await bench.browse()]
        faults += [f"while it is installed and disabled: {fault}" for fault in await _gone(bench)]
        for time in ("enabled", "enabled again"):
            try:
                await bench.enable()
                await bench.enable()
            except SpoeqError as error:
                return [Fault(f"it cannot be {time}: {error}")]
            faults += [f"{time}: {fault}" for fault in await works(bench)]
            await bench.disable()
            await bench.disable()
            faults += [f"disabled: {fault}" for fault in await _gone(bench)]
            faults += [f"disabled: {fault}" for fault in await bench.browse()]
        faults += _left_in_app(bench, subject.top)
    return [Fault(text) for text in dict.fromkeys(faults)]


async def works(bench: Bench) -> list[str]:
    """Its pages answer, those of the shop too, somebody can buy, and nothing went wrong in it meanwhile."""
    bench.faults.clear()
    faults = await bench.browse()
    for path in (*STAFF_PAGES, f"/admin/plugins/{bench.plugin}"):
        status, _ = await bench.page(bench.admin, path)
        if status != HTTPStatus.OK:
            faults.append(f"{path} answers {status}")
    for rule in rules_of(bench.running.app, bench.plugin):
        faults += await _route(bench, rule)
    bought = await bench.buy()
    if bought.total is None and bought.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        faults.append(f"nobody can buy: {bought.status} {bought.told}")
    await bench.settle_events()
    return faults + [f"it failed at {fault}" for fault in bench.faults]


async def _route(bench: Bench, rule: Rule) -> list[str]:
    """One of its routes as whoever may open it asks: with what it cannot know, it must not break."""
    if "GET" not in (rule.methods or ()):
        return []
    path = _path(rule)
    status, _ = await bench.page(_visitor(bench, rule), path)
    wrong = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != UNREADY
    return [f"GET {path} answers {status}"] if wrong else []


async def _gone(bench: Bench) -> list[str]:
    """What is still there of it while it is disabled."""
    shop, app = bench.running.shop, bench.running.app
    faults = []
    for rule in rules_of(app, bench.plugin):
        if "GET" in (rule.methods or ()):
            status, _ = await bench.page(_visitor(bench, rule), _path(rule))
            if status != HTTPStatus.NOT_FOUND and not _is_shadowed(bench, rule):
                faults.append(f"GET {_path(rule)} answers {status}, not 404")
    kept = [name for name in vars(app_hooks) if name.startswith("register_") and _parts_of(bench, name)]
    faults += [f"what it gave to {name} is still in force" for name in kept]
    if any(each.plugin == bench.plugin for each in subscribers(shop.hooks)):
        faults.append("it is still told of events")
    own = {each.name for part in shop.hooks.all_parts(app_hooks.register_schedules) for each in part.value}
    faults += [f"its schedule {each.name} still runs" for each in schedules(shop.hooks) if each.name in own]
    return faults


def _parts_of(bench: Bench, name: str) -> bool:
    return any(part.plugin == bench.plugin for part in bench.running.shop.hooks.parts(getattr(app_hooks, name)))


def _is_shadowed(bench: Bench, rule: Rule) -> bool:
    """Whether a route of the core or another plugin has the same address."""
    path = _path(rule)
    adapter = bench.running.app.enabled_map().bind("localhost")
    return adapter.test(path, method="GET")


def _visitor(bench: Bench, rule: Rule) -> Client:
    access = access_of(bench.running.app.view_functions.get(rule.endpoint))
    if access is not None and access.kind == "staff":
        return bench.admin
    return shopper_browser(bench.running)


def _path(rule: Rule) -> str:
    """An address of the route; what it asks for in the path is nothing that there is."""
    return re.sub(r"<(?:([^:<>]+):)?[^<>]+>", lambda found: "1" if found[1] == "int" else NO_ID, rule.rule)


def _left_in_app(bench: Bench, package: str) -> list[str]:
    """Functions of the plugin that the app calls for every request, also while it is disabled."""
    app = bench.running.app
    kept: dict[str, Iterable[Any]] = {
        "before_app_request": app.before_request_funcs.get(None, []),
        "after_app_request": app.after_request_funcs.get(None, []),
        "teardown_app_request": app.teardown_request_funcs.get(None, []),
        "app_context_processor": app.template_context_processors.get(None, []),
        "app_errorhandler": list(_handlers(app.error_handler_spec.get(None, {}))),
    }
    return [
        f"{function.__module__}.{function.__name__} is registered by {how}, and runs also while the plugin is disabled"
        for how, functions in kept.items()
        for function in functions
        if (getattr(function, "__module__", "") or "").partition(".")[0] == package
    ]


def _handlers(spec: Any) -> Iterator[Callable[..., Any]]:
    for handlers in spec.values():
        yield from handlers.values()
