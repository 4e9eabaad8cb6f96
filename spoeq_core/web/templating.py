"""Jinja for themes: a template is looked up in the theme, its parents, the plugins and the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket

from spoeq_core.kernel.languages import CONTEXT, ENGLISH, Catalogue
from spoeq_core.kernel.templates import ShopLoader, ThemeEnvironment
from spoeq_core.web import formats

_compiled: dict[str, tuple[str, CodeType]] = {}


class CompiledOnce(BytecodeCache):
    """Keeps a process's compiled templates: themes that share one, and apps, compile it once, and again if it changes.

    Only for environments that compile alike.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template what was kept for this text of it."""
        checksum, code = _compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        if bucket.code is not None:
            _compiled[bucket.key] = (bucket.checksum, bucket.code)


def build_environment(
    folders: Sequence[Path],
    functions: Mapping[str, Callable[..., Any]],
    *,
    speech: Callable[[], Catalogue] = lambda: ENGLISH,
    reload: bool = False,
) -> ThemeEnvironment:
    """The environment over some folders, with what every template may call.

    Args:
        folders: Where templates are looked for.
        functions: What templates may call.
        speech: The catalogue for whoever the page is drawn for, asked for each text.
        reload: Whether templates that change are read again.
    """
    environment = ThemeEnvironment(
        loader=ShopLoader(folders),
        autoescape=True,
        enable_async=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        bytecode_cache=CompiledOnce(),
        cache_size=1000,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: speech().get(text),
        lambda one, several, n: speech().get_plural(one, several, n),
        newstyle=True,
        pgettext=lambda context, text: _in_context(speech().get(f"{context}{CONTEXT}{text}"), text),
    )
    environment.filters.update(formats.FILTERS)
    environment.globals.update(functions)
    return environment


def _in_context(found: str, text: str) -> str:
    return text if CONTEXT in found else found
