"""The languages that pages and mails are written in: how each writes figures, and what its catalogues say."""

from __future__ import annotations

import gettext
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import PoFileError, read_po

from spoeq_core.kernel.messages import Message

log = logging.getLogger(__name__)

SOURCE = "en"
"""The language that the code and the templates are written in."""
FOLDER = "locales"
CONTEXT = "\x04"


@dataclass(frozen=True, slots=True)
class Tongue:
    """How whoever reads is spoken to: language, how numbers and dates are written, the shop's time zone."""

    language: str = SOURCE
    locale: str = "en_IN"
    timezone: str = "Asia/Kolkata"


_TONGUE: ContextVar[Tongue | None] = ContextVar("spoeq_tongue", default=None)
_USUAL = Tongue()


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The translations into one language: by the English text (and its context), one for each plural form."""

    texts: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form_of: Callable[[int], int] = lambda n: int(n != 1)

    def get(self, msgid: str) -> str:
        """The translation; the text itself where there is none."""
        return self.texts.get(msgid, msgid)

    def get_plural(self, singular: str, plural: str, n: int) -> str:
        """The form for so many; English where there is none."""
        forms = self.plurals.get(singular)
        return forms[self.form_of(n)] if forms else (singular if n == 1 else plural)

    def say(self, text: str) -> str:
        """A message in this language; text that is none stays as it is."""
        if not isinstance(text, Message):
            return self.texts.get(text, text)
        found = self.get_plural(text.msgid, *text.plural) if text.plural else self.get(text.msgid)
        said = {name: self.say(value) if isinstance(value, str) else value for name, value in text.values.items()}
        return found % said if said else found


ENGLISH = Catalogue()


def tongue() -> Tongue:
    """How whoever is served now reads."""
    return _TONGUE.get() or _USUAL


def speak(chosen: Tongue) -> None:
    """Serve the rest of this request, or of this task, like that."""
    _TONGUE.set(chosen)


@contextmanager
def speaking(chosen: Tongue) -> Iterator[None]:
    """The same for a block."""
    token = _TONGUE.set(chosen)
    try:
        yield
    finally:
        _TONGUE.reset(token)


def tongue_for(language: str, *, locale: str, country: str, timezone: str) -> Tongue:
    """A language as it is written in the shop's country; the shop's own locale where that is of this language."""
    if locale.partition("_")[0] == language:
        return Tongue(language, locale, timezone)
    regional = f"{language}_{country}"
    return Tongue(language, regional if _is_known(regional) else language, timezone)


@lru_cache(maxsize=128)
def _is_known(locale: str) -> bool:
    try:
        return bool(Locale.parse(locale))
    except (UnknownLocaleError, ValueError):
        return False


def is_language(code: str) -> bool:
    """Whether that is a language that numbers and dates can be written in."""
    return code.isascii() and _is_known(code)


@lru_cache(maxsize=64)
def direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return str(Locale.parse(language).text_direction)


@lru_cache(maxsize=64)
def name_of(language: str) -> str:
    """A language's name in itself: `हिन्दी`."""
    found = Locale.parse(language)
    return (found.get_display_name() or language).capitalize()


def po_files(root: Path, language: str) -> list[Path]:
    """The catalogues of a language in a package's folder."""
    return sorted((root / FOLDER / language / "LC_MESSAGES").glob("*.po"))


@lru_cache(maxsize=64)
def catalogue(roots: tuple[Path, ...], language: str) -> Catalogue:
    """What some packages say in a language, the first that has a text wins; read once in a process."""
    if language == SOURCE:
        return ENGLISH
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    form_of = ENGLISH.form_of
    for read in (_read(path) for root in reversed(roots) for path in po_files(root, language)):
        texts.update(read.texts)
        plurals.update(read.plurals)
        form_of = read.form_of
    return Catalogue(texts, plurals, form_of)


@lru_cache(maxsize=256)
def _read(path: Path) -> Catalogue:
    try:
        with path.open("rb") as file:
            found = read_po(file, abort_invalid=True)
        form_of = gettext.c2py(found.plural_expr)
    except (OSError, PoFileError, ValueError):
        log.exception("the catalogue %s cannot be read; its texts stay English", path)
        return ENGLISH
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for entry in found:
        if not entry.id or entry.fuzzy:
            continue
        key = entry.id if isinstance(entry.id, str) else entry.id[0]
        key = f"{entry.context}{CONTEXT}{key}" if entry.context else key
        said = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
        if not said or not all(said):
            continue
        if isinstance(entry.id, str):
            texts[key] = said[0]
        elif len(said) == found.num_plurals:
            plurals[key] = said
    return Catalogue(texts, plurals, form_of)
