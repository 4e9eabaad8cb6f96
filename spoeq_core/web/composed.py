"""Draws the sections and blocks that a page is made of, each by itself: one that fails leaves the others."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from spoeq_core.web.drawing import draw

log = logging.getLogger(__name__)

Values = Mapping[str, Any]
Failed = Callable[[str, Exception], Awaitable[None]]


class SectionDrawer:
    """What templates call to draw sections and their blocks.

    Args:
        environments: The theme's, its parent's and so on: where the first fails, the next draws.
        values: What the page has, `slot` among it.
        failed: Told which template failed.
    """

    def __init__(self, environments: Sequence[Environment], values: Values, failed: Failed) -> None:
        self._environments = environments
        self._values = values
        self._failed = failed

    def functions(self) -> dict[str, Callable[..., Awaitable[Markup]]]:
        """The functions by their names in templates."""
        return {"draw_section": self.section, "draw_block": self.block}

    async def section(self, section: Values) -> Markup:
        """A section, by `sections/<type>.html`."""
        return await self._drawn(f"sections/{section['type']}.html", {"section": section})

    async def block(self, block: Values, section: Values) -> Markup:
        """A block of a section, by `blocks/<type>.html`; or what plugins put into its slot."""
        if block["slot"]:
            told = {name: self._values[name] for name in ("page", "product", "category", "q") if name in self._values}
            return Markup(await self._values["slot"](block["slot"], **told))  # noqa: S704 - a slot's output
        return await self._drawn(f"blocks/{block['type']}.html", {"section": section, "block": block})

    async def _drawn(self, template: str, more: Values) -> Markup:
        for environment in self._environments:
            values = {**self._values, **self.functions(), **more}
            try:
                html = await draw(environment.get_template(template), values)
                return Markup(html)  # noqa: S704 - a template's output
            except Exception as error:
                log.exception("%s failed", template)
                await self._failed(template, error)
        return Markup("")
