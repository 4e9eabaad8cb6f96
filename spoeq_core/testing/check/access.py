"""Who may open a plugin's routes: each of them says so, those for staff by a permission that there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from werkzeug.routing import Rule

from spoeq_core.app import create_app
from spoeq_core.hooks import app as app_hooks
from spoeq_core.identity.permissions import CORE
from spoeq_core.plugins.discovery import Discovery
from spoeq_core.testing.check.contract import booted
from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject
from spoeq_core.testing.shops import test_settings
from spoeq_core.web.access import access_of
from spoeq_core.web.routing import ShopApp

NOWHERE = ("mongodb://127.0.0.1:1", "redis://127.0.0.1:1")
KINDS = ("api", "pages", "admin")


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Each route declares who may open it; menu entries and staff routes name permissions that there are."""
    hooks = booted(subject)
    app = create_app(test_settings(NOWHERE, lab.folder), discovery=Discovery((subject.installed,)))
    known = {permission.name for permission in CORE}
    known |= {each.name for part in hooks.all_parts(app_hooks.register_permissions) for each in part.value}
    entries = [each for part in hooks.all_parts(app_hooks.register_menu) for each in part.value]
    rules = list(rules_of(app, subject.name))
    if not rules and not entries:
        raise Skipped("it has no routes and no entries in the navigation")
    faults = [fault for rule in rules for fault in _route_faults(app, rule, known)]
    faults += [
        f"the menu entry {entry.label!r} needs the permission {entry.permission!r}, which nobody declares"
        for entry in entries
        if entry.permission not in known
    ]
    for part in hooks.all_parts(app_hooks.register_routes):
        for kind in KINDS:
            blueprint = getattr(part.value, kind)
            if blueprint is not None and blueprint.name != f"{subject.name}_{kind}":
                faults.append(f"the blueprint {blueprint.name!r} must be named {f'{subject.name}_{kind}'!r}")
    return [Fault(text) for text in faults]


def rules_of(app: ShopApp, plugin: str) -> Iterator[Rule]:
    """A plugin's routes."""
    return (rule for rule in app.url_map.iter_rules() if app.plugin_of.get(rule.endpoint.rpartition(".")[0]) == plugin)


def _route_faults(app: ShopApp, rule: Rule, known: set[str]) -> Iterator[str]:
    methods = "/".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    where = f"{methods} {rule.rule}"
    access = access_of(app.view_functions.get(rule.endpoint))
    if access is None:
        yield f"{where} does not say who may open it (@public, @signed_in or @staff(permission))"
    elif access.kind == "staff" and access.permission not in known:
        yield f"{where} needs the permission {access.permission!r}, which nobody declares"
    elif access.kind != "staff" and (rule.rule == "/admin" or rule.rule.startswith("/admin/")):
        yield f"{where} is a staff page, but open to others: it declares no permission (@staff)"
