"""What staff chose in a theme: kept in the plugins' state, so that every process follows it within a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from spoeq_core.kernel.errors import Conflict, StaleAggregate
from spoeq_core.plugins.documents import PluginStateDocument
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.shop import Shop
from spoeq_core.web.themes.composition import Composition, parse_composition, to_data

ATTEMPTS = 5
MOST_UNDO = 20
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen.

    Attributes:
        revision: Counts the changes.
        settings: The values that were set, by id.
        pages: The pages that were arranged, as JSON; others are as the theme ships them.
        undo: By page what it was before each change, latest last; None is as the theme ships it.
    """

    revision: int = 0
    settings: Data = field(default_factory=dict)
    pages: Mapping[str, Data] = field(default_factory=dict)
    undo: Mapping[str, tuple[Data | None, ...]] = field(default_factory=dict)

    def compositions(self) -> dict[str, Composition]:
        """The pages that were arranged."""
        return {page: parse_composition(data, page)[0] for page, data in self.pages.items()}


def choices_of(shop: Shop, theme: str) -> Choices:
    """What was chosen in a theme, as this process knows it."""
    return _read(configuration_of(shop).themes.get(theme))


def with_page(choices: Choices, page: str, composition: Composition | None) -> Choices:
    """With a page arranged anew, or (None) as the theme ships it; what it was can be taken back."""
    before = choices.pages.get(page)
    steps = (*choices.undo.get(page, ()), before)[-MOST_UNDO:]
    data = None if composition is None else to_data(composition)
    return replace(_with(choices, page, data), undo={**choices.undo, page: steps})


def undone(choices: Choices, page: str) -> Choices:
    """With the last change of a page taken back.

    Raises:
        Conflict: there is none.
    """
    steps = choices.undo.get(page, ())
    if not steps:
        raise Conflict("There is nothing to undo on this page.", hint="Change something first.")
    return replace(_with(choices, page, steps[-1]), undo={**choices.undo, page: steps[:-1]})


async def change_theme(shop: Shop, theme: str, revision: int, change: Callable[[Choices], Choices]) -> Choices:
    """Store a change, in force in every process within a second.

    Args:
        shop: The shop.
        theme: Its name.
        revision: What was seen by whoever changes it.
        change: From what is stored to what shall be.

    Raises:
        StaleAggregate: somebody else changed the theme since.
    """
    configuration = configuration_of(shop)
    for _ in range(ATTEMPTS):
        state = await configuration.states.read()
        current = _read(state.themes.get(theme))
        if current.revision != revision:
            break
        wanted = replace(change(current), revision=revision + 1)
        try:
            stored = await configuration.states.write(_with_theme(state, theme, wanted))
        except StaleAggregate:  # another setting of the shop, which does not concern this theme
            continue
        await configuration.publish(stored)
        return wanted
    raise StaleAggregate(
        "Somebody else changed this theme in the meantime.", hint="Look at what it is now, and repeat your change."
    )


def _with_theme(state: PluginStateDocument, theme: str, choices: Choices) -> PluginStateDocument:
    data = {
        "revision": choices.revision,
        "settings": dict(choices.settings),
        "pages": dict(choices.pages),
        "undo": {page: list(steps) for page, steps in choices.undo.items()},
    }
    return state.model_copy(update={"themes": {**state.themes, theme: data}})


def _with(choices: Choices, page: str, data: Data | None) -> Choices:
    others = {name: each for name, each in choices.pages.items() if name != page}
    return replace(choices, pages=others if data is None else {**others, page: data})


def _read(data: Data | None) -> Choices:
    if not data:
        return Choices()
    undo = {page: tuple(steps) for page, steps in data.get("undo", {}).items()}
    return Choices(int(data.get("revision", 0)), data.get("settings", {}), data.get("pages", {}), undo)
