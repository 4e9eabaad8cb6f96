"""A page's addresses as the world knows them: absolute, and in each language it is translated to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same page in another language; `language` is `hreflang`'s value ("hi-IN", "x-default")."""

    language: str
    url: str


def absolute(shop: Shop, path: str) -> str:
    """The whole address of a path of this shop; an address that is whole already stays as it is."""
    return _joined(shop.settings.base_url, path)


@lru_cache(maxsize=8192)
def _joined(base_url: str, path: str) -> str:
    return urljoin(f"{base_url.rstrip('/')}/", path)


def alternates(shop: Shop, path: str) -> tuple[Alternate, ...]:
    """The page's addresses in all its languages, itself and `x-default` included; none while there is one language."""
    languages = shop.profile.languages
    if len(languages) == 1:
        return ()
    found = [Alternate(code.replace("_", "-"), absolute(shop, in_language(shop, path, code))) for code in languages]
    return (*found, Alternate("x-default", absolute(shop, path)))


def in_language(shop: Shop, path: str, language: str) -> str:
    """The path of a page in a language, for whoever keeps no cookie; the shop's first language needs nothing."""
    if language not in shop.profile.languages[1:]:
        return path
    return f"{path}{'&' if '?' in path else '?'}lang={language}"
