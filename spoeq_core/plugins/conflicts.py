"""Where two installed plugins claim the same thing, and who has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import groupby
from pathlib import Path

from spoeq_core.hooks import app
from spoeq_core.hooks.caller import Hooks
from spoeq_core.plugins.discovery import Discovery

COMMANDS = "spoeq.commands"
Claim = tuple[str, str, str]
"""What, its name, and the plugin that claims it."""

MEANING = {
    "permission": "Whoever has it for the one may do what the other guards with it.",
    "menu link": "Both lead to the same page.",
    "schedule": "Only one of the two runs.",
    "collection": "Each reads and changes the documents of the other.",
    "template": "The page shows the first plugin's, also where the second asks for its own.",
    "command": "The first one runs.",
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


def conflicts_of(hooks: Hooks, discovery: Discovery) -> list[ClaimedTwice]:
    """What several of the installed plugins claim, enabled or not: those that were set aside claim nothing."""
    order = {plugin.name: place for place, plugin in enumerate(discovery.plugins)}
    claims = {*_declared(hooks), *_templates(discovery), *_commands()}
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
    for kinds in hooks.all_parts(app.register_jobs):
        yield from (("job", each.name, kinds.plugin) for each in kinds.value)
    for models in hooks.all_parts(app.register_documents):
        yield from (("collection", str(model.__collection__), models.plugin) for model in models.value)
    for rater in hooks.all_parts(app.register_ratings):
        yield "ratings", "of products", rater.plugin


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
