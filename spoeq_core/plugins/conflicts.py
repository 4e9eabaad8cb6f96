"""Where two installed plugins claim the same thing, and who has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path

from quart import Quart
from werkzeug.routing import BaseConverter

from spoeq_core.hooks import app, pricing as questions
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import Routes
from spoeq_core.plugins.discovery import Discovery

COMMANDS = "spoeq.commands"
VARIABLE = re.compile(r"<[^>]*>")
UNASKED = frozenset({"HEAD", "OPTIONS"})
CLAIMS = frozenset({"slot", "lane"})
Claim = tuple[str, str, str]
"""What, its name, and the plugin that claims it."""

MEANING = {
    "permission": "Whoever has it for the one may do what the other guards with it.",
    "menu link": "Both lead to the same page.",
    "schedule": "Only one of the two runs.",
    "collection": "Each reads and changes the documents of the other.",
    "template": "The page shows the first plugin's, also where the second asks for its own.",
    "command": "The first one runs.",
    "route": "The first one answers; the other's page is never reached.",
    "slot": "Each wants to be alone there: the page shows both.",
    "lane": "Each has promotions that win alone: only those of one of them are given.",
    "tax": "The first one that knows the rates of a cart decides all of it; the other is not asked.",
    "ratings": "The one that writes last decides the stars of a product.",
}


@dataclass(frozen=True, slots=True)
class ClaimedTwice:
    """Something that several plugins claim.

    Attributes:
        what: A key of `MEANING`.
        name: Of the thing.
        plugins: In hook order.
    """

    what: str
    name: str
    plugins: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """What follows from it."""
        return MEANING[self.what]

    @property
    def said(self) -> str:
        """The whole, in one line."""
        return f"{self.what} {self.name}: {', '.join(self.plugins)}. {self.meaning}"


def conflicts_of(hooks: Hooks, discovery: Discovery) -> list[ClaimedTwice]:
    """What several of the installed plugins claim, enabled or not: those that were set aside claim nothing."""
    order = {plugin.name: place for place, plugin in enumerate(discovery.plugins)}
    claims = {
        *_declared(hooks),
        *_taxing(hooks, discovery),
        *_claimed(discovery),
        *_templates(discovery),
        *_commands(),
    }
    in_order = sorted(claims, key=lambda claim: (*claim[:2], order.get(claim[2], 0)))
    found = []
    for (what, name), same in groupby(in_order, key=lambda claim: claim[:2]):
        plugins = tuple(plugin for _, _, plugin in same)
        if len(plugins) > 1:
            found.append(ClaimedTwice(what, name, plugins))
    return found


def conflicts_with(hooks: Hooks, discovery: Discovery, name: str) -> list[ClaimedTwice]:
    """What a plugin claims that an enabled one has."""
    others = hooks.enabled - {name}
    return [one for one in conflicts_of(hooks, discovery) if name in one.plugins and others.intersection(one.plugins)]


def _declared(hooks: Hooks) -> Iterator[Claim]:
    for permissions in hooks.all_parts(app.register_permissions):
        yield from (("permission", each.name, permissions.plugin) for each in permissions.value)
    for links in hooks.all_parts(app.register_menu):
        yield from (("menu link", each.url, links.plugin) for each in links.value)
    for schedules in hooks.all_parts(app.register_schedules):
        yield from (("schedule", each.name, schedules.plugin) for each in schedules.value)
    for models in hooks.all_parts(app.register_documents):
        yield from (("collection", str(model.__collection__), models.plugin) for model in models.value)
    for routes in hooks.all_parts(app.register_routes):
        yield from (("route", name, routes.plugin) for name in _routes_of(routes.value))
    for rater in hooks.all_parts(app.register_ratings):
        yield "ratings", "of products", rater.plugin


def _taxing(hooks: Hooks, discovery: Discovery) -> Iterator[Claim]:
    for plugin in discovery.plugins:
        if questions.tax_rates.__name__ in hooks.hooks_of(plugin.name):
            yield "tax", "of carts", plugin.name


def _claimed(discovery: Discovery) -> Iterator[Claim]:
    for plugin in discovery.plugins:
        for claim in plugin.manifest.claims:
            what, _, name = claim.partition(":")
            yield what, name, plugin.name


def _routes_of(routes: Routes) -> Iterator[str]:
    """Methods and paths, whatever the variables in them are called."""
    mounted = (("/api/v1", routes.api), ("/api/v1", routes.webhooks), (None, routes.pages), ("/admin", routes.admin))
    for prefix, blueprint in mounted:
        if blueprint is not None:
            app = Quart(__name__, static_folder=None)
            app.url_map.converters["ulid"] = BaseConverter
            app.register_blueprint(blueprint, url_prefix=prefix)
            for rule in app.url_map.iter_rules():
                path = VARIABLE.sub("<>", rule.rule)
                yield from (f"{method} {path}" for method in (rule.methods or set()) - UNASKED)


def _templates(discovery: Discovery) -> Iterator[Claim]:
    for plugin in discovery.plugins:
        if plugin.module.__file__:
            folder = Path(plugin.module.__file__).parent / "templates"
            names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
            yield from (("template", name, plugin.name) for name in names)


def _commands() -> Iterable[Claim]:
    return (
        ("command", entry.name, entry.value.partition(".")[0].removeprefix("spoeq_"))
        for entry in entry_points(group=COMMANDS)
    )
