"""Jinja for themes: a template is looked up in the theme, its parents, the plugins and the core."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from spoeq_core import __version__
from spoeq_core.kernel.languages import CONTEXT, ENGLISH, Catalogue
from spoeq_core.kernel.templates import ShopLoader, ThemeEnvironment
from spoeq_core.web import formats

MOST_TEXTS = 4096

_compiled: dict[str, tuple[str, CodeType]] = {}


class CompiledOnce(BytecodeCache):
    """Keeps compiled templates: themes that share one, and apps, compile it once, and again if it changes.

    Only for environments that compile alike.

    Args:
        folder: Where they are kept for the next start, too: a page of templates that are not compiled takes a third of
            a second. Nobody else may write there. None: only for this process.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def get_source_checksum(self, source: str) -> str:
        """What compiled code is of: the text, and what compiles it."""
        return hashlib.sha256(f"{__version__} {jinja2.__version__} {source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the template what was kept for this text of it."""
        checksum, code = _compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code
        elif self._folder is not None:
            with contextlib.suppress(Exception), (self._folder / bucket.key).open("rb") as stored:
                bucket.load_bytecode(stored)
            self._keep(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it; in the folder if it can be written."""
        self._keep(bucket)
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = self._folder / f"{bucket.key}.{os.getpid()}"
            with unfinished.open("wb") as stored:
                bucket.write_bytecode(stored)
            unfinished.replace(self._folder / bucket.key)

    def _keep(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            _compiled[bucket.key] = (bucket.checksum, bucket.code)


def build_environment(
    folders: Sequence[Path],
    functions: Mapping[str, Callable[..., Any]],
    *,
    speech: Callable[[], Catalogue] = lambda: ENGLISH,
    reload: bool = False,
    compiled: Path | None = None,
) -> ThemeEnvironment:
    """The environment over some folders, with what every template may call.

    Args:
        folders: Where templates are looked for.
        functions: What templates may call.
        speech: The catalogue for whoever the page is drawn for, asked for each text.
        reload: Whether templates that change are read again.
        compiled: Where compiled templates are kept for the next start.
    """
    environment = ThemeEnvironment(
        loader=ShopLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
        bytecode_cache=CompiledOnce(compiled),
        cache_size=1000,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )

    @lru_cache(maxsize=MOST_TEXTS)
    def marked(said_by: Catalogue, text: str) -> Markup:
        return Markup(said_by.get(text))  # noqa: S704 - translations are trusted as templates are

    def said(text: str, /, **values: Any) -> str:
        # What Jinja makes of a text by itself looks the function up and calls it through the context, twice.
        found = marked(speech(), text)
        return found % values if values or "%" in found else found

    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: speech().get(text),
        lambda one, several, n: speech().get_plural(one, several, n),
        newstyle=True,
        pgettext=lambda context, text: _in_context(speech().get(f"{context}{CONTEXT}{text}"), text),
    )
    environment.globals.update(_=said, gettext=said)
    environment.filters.update(formats.FILTERS)
    environment.globals.update(functions)
    return environment


def _in_context(found: str, text: str) -> str:
    return text if CONTEXT in found else found
