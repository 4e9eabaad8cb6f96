"""A theme as it looks in a shop: what it declares together with what staff chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spoeq_core.web.themes.choices import Choices
from spoeq_core.web.themes.composition import Composition
from spoeq_core.web.themes.design import Design
from spoeq_core.web.themes.installed import Theme
from spoeq_core.web.themes.palette import digest, stylesheet
from spoeq_core.web.themes.settings import Problem
from spoeq_core.web.themes.values import Values, for_templates, read_values


@dataclass(frozen=True, slots=True)
class Look:
    """What pages are drawn with.

    Attributes:
        theme: The theme.
        design: What it declares.
        values: Its settings, checked.
        sheet: Its settings as CSS.
        pages: The sections of each page.
        problems: Chosen values that cannot be used; the defaults are.
        preview: Whether only one member of staff sees it.
    """

    theme: Theme
    design: Design
    values: Values
    sheet: str
    pages: Mapping[str, Composition]
    problems: tuple[Problem, ...] = ()
    preview: bool = False

    @property
    def sheet_hash(self) -> str:
        """For the sheet's address; empty if there is none."""
        return digest(self.sheet) if self.sheet else ""

    def view(self) -> dict[str, Any]:
        """What templates know as `theme`."""
        name = self.theme.name
        return {
            "name": name,
            "title": self.theme.title,
            "settings": for_templates(self.design.settings, self.values),
            "vars_url": f"/static/{name}/vars.css?v={self.sheet_hash}" if self.sheet else "",
            "preview": self.preview,
        }


def look_at(theme: Theme, design: Design, choices: Choices, *, preview: bool = False) -> Look:
    """A theme with what was chosen in it."""
    values, problems = read_values(design.settings, choices.settings, theme.name)
    return Look(
        theme=theme,
        design=design,
        values=values,
        sheet=stylesheet(design.settings, values, design.shipped),
        pages={**design.pages, **choices.compositions()},
        problems=tuple(problem for problem in problems if problem not in design.problems),
        preview=preview,
    )
