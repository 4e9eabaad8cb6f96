"""Parts of pages that are kept as text: a part knows nothing but what it is handed, so the same values draw the same.

Nothing has to be told and nothing can be stale or somebody else's: what a part is drawn from is its key. A value that
cannot be told apart by its JSON (an object, a lazy text) makes the part drawn each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import blake2b
from typing import Any

import orjson
from jinja2 import Environment, TemplateRuntimeError
from markupsafe import Markup

from spoeq_core.kernel.cache import TagCache
from spoeq_core.kernel.ids import new_token
from spoeq_core.kernel.languages import tongue
from spoeq_core.kernel.messages import Message, kept

Values = Mapping[str, Any]

KNOWN = ("shop", "theme", "lang", "dir", "env")
"""What every part knows besides: it is the same for all pages of a shop, a theme and a language."""
EXACTLY = orjson.OPT_PASSTHROUGH_SUBCLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
UNPRINTED = 300
"""Bytes that an entry takes beside its text."""
_MARKUP, _MESSAGE = new_token(), new_token()


class PartDrawer:
    """What templates call `part`, for one page.

    Args:
        cache: Where the texts are kept; without one every part is drawn.
        theme: The name of the theme that draws.
        environment: Its templates.
        values: What the page has.
    """

    def __init__(self, cache: TagCache | None, theme: str, environment: Environment, values: Values) -> None:
        self._cache = None if values.get("theme", {}).get("preview") else cache
        self._environment = environment
        self._known = {name: values[name] for name in KNOWN if name in values} | {"part": self.part}
        self._prefix = f"{theme} {tongue()}"
        self._modules: dict[str, Any] = {}

    def functions(self) -> dict[str, Callable[..., Any]]:
        """What templates call."""
        return {"part": self.part}

    def part(self, name: str, /, *args: Any, **values: Any) -> Markup:
        """A file ("partials/hours.html") or a macro of one ("macros/commerce.html#product_card") as it draws these.

        Args:
            name: Which.
            args: Of the macro.
            values: Of the macro; what the file knows.
        """
        draw = partial(self._drawn, name, args, values)
        digest = fingerprint(name, args, values) if self._cache is not None else None
        if self._cache is None or digest is None:
            return draw()
        return self._cache.remember("parts", f"{self._prefix} {digest}", draw, weigh=_weight)

    def _drawn(self, name: str, args: tuple[Any, ...], values: Values) -> Markup:
        file, _, macro = name.partition("#")
        template = self._environment.get_template(file)
        if not macro:
            return Markup(template.render({**self._known, **values}))  # noqa: S704 - a template's output
        if file not in self._modules:
            self._modules[file] = template.make_module(self._known)
        found = getattr(self._modules[file], macro, None)
        if found is None:
            raise TemplateRuntimeError(f"{file} defines no macro {macro!r}")
        return Markup(found(*args, **values))  # noqa: S704 - a template's output


def fingerprint(name: str, args: tuple[Any, ...], values: Values) -> str | None:
    """What tells these values from others; None where that is not sure."""
    try:
        said = orjson.dumps([name, args, values], default=_told_apart, option=EXACTLY)
    except TypeError:
        return None
    return blake2b(said, digest_size=16).hexdigest()


def _told_apart(value: object) -> object:
    """Markup as what it is, since the same characters as text are printed otherwise; messages with what they are of."""
    if type(value) is Markup:
        return {_MARKUP: str(value)}
    if type(value) is Message:
        return {_MESSAGE: kept(value)}
    raise TypeError


def _weight(text: Markup) -> int:
    return UNPRINTED + 2 * len(text)
