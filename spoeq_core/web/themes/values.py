"""The values of settings: read from a form or from storage, checked, and as templates get them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import nh3
from markupsafe import Markup

from spoeq_core.web.themes.colours import normal
from spoeq_core.web.themes.settings import FONTS, LONGEST, Problem, Setting

TAGS = {"a", "b", "br", "em", "h3", "i", "li", "ol", "p", "strong", "ul"}
LONGEST_TEXT = 10_000
MOST_LINKS = 12
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,119}|[0-9A-HJKMNP-TV-Z]{26}")
_SCHEMES = ("https://", "http://", "mailto:", "tel:")

Values = dict[str, Any]


def checked(setting: Setting, value: Any) -> Any:
    """The value as it is kept.

    Raises:
        ValueError: it cannot be one; the message is a sentence for whoever typed it.
    """
    if value is None:
        return checked(setting, _EMPTY[setting.type](setting))
    return _CHECKS[setting.type](setting, value)


def read_values(settings: Mapping[str, Setting], stored: Mapping[str, Any], where: str) -> tuple[Values, list[Problem]]:
    """A value for every setting: the stored one, else the default; and what was not usable."""
    found: Values = {}
    problems: list[Problem] = []
    for name, setting in settings.items():
        candidates = [stored[name]] if name in stored else []
        for candidate in (*candidates, setting.default, None):
            try:
                found[name] = checked(setting, candidate)
                break
            except (TypeError, ValueError) as error:
                problems.append(Problem(f"{where}, {setting.label}", f"{_shortened(candidate)} is not used: {error}"))
    return found, problems


def for_templates(settings: Mapping[str, Setting], values: Mapping[str, Any]) -> Values:
    """The same for templates: rich text as markup, the rest as it is."""
    return {
        name: Markup(values[name]) if setting.type == "richtext" else values[name]  # noqa: S704 - cleaned by nh3
        for name, setting in settings.items()
    }


def typed(setting: Setting, value: Any) -> Any:
    """The value as a form shows it: links a line each, numbers without a needless point."""
    if setting.type == "menu":
        return "\n".join(f"{link['name']} | {link['url']}" for link in value)
    return f"{value:g}" if setting.type == "range" else value


def clean(text: str) -> str:
    """HTML with nothing left but words, emphasis, lists and links."""
    return nh3.clean(text, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"})


def _color(_setting: Setting, value: Any) -> str:
    found = normal(str(value))
    if found is None:
        raise ValueError("Enter a colour like #1F4172.")
    return found


def _font(_setting: Setting, value: Any) -> str:
    return _listed(str(value), FONTS, "font")


def _select(setting: Setting, value: Any) -> str:
    return _listed(str(value), dict(setting.options), "choice")


def _listed(value: str, known: Mapping[str, object], what: str) -> str:
    if value not in known:
        raise ValueError(f"There is no {what} {_shortened(value)}.")
    return value


def _range(setting: Setting, value: Any) -> float:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("Enter a number.") from None
    if not number.is_finite() or not setting.minimum <= number <= setting.maximum:
        raise ValueError(f"Enter a number from {setting.minimum:g} to {setting.maximum:g}.")
    return float(number)


def _bool(_setting: Setting, value: Any) -> bool:
    if value not in (True, False, "1", "", "0", "on", "true", "false"):
        raise ValueError("Say yes or no.")
    return value in (True, "1", "on", "true")


def _text(setting: Setting, value: Any) -> str:
    text = _plain(value)
    if len(text) > setting.max_length:
        raise ValueError(f"At most {setting.max_length} characters; these are {len(text)}.")
    return text


def _richtext(_setting: Setting, value: Any) -> str:
    text = _plain(value)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"At most {LONGEST_TEXT} characters; these are {len(text)}.")
    if text and "<" not in text:
        text = "".join(f"<p>{part.strip()}</p>" for part in re.split(r"\n\s*\n", text) if part.strip())
    return clean(text)


def _url(_setting: Setting, value: Any) -> str:
    text = _plain(value)
    inside = text.startswith("/") and not text.startswith(("//", "/\\"))
    odd = len(text) > LONGEST or any(char.isspace() or not char.isprintable() for char in text)
    if text and (odd or not (inside or text.startswith(("#", *_SCHEMES)))):
        raise ValueError("Enter a path of this shop like /products, or an address that begins with https://.")
    return text


def _image(setting: Setting, value: Any) -> Values | None:
    if not value:
        return None
    if not isinstance(value, dict):
        value = {"src": value}
    source = _url(setting, value.get("src", ""))
    if not source.startswith(("/", "https://")):
        raise ValueError("Choose a picture.")
    sizes = {name: int(value.get(name) or 0) for name in ("width", "height")}
    shown = {"src": source, "alt": _plain(value.get("alt", ""))[:300], "srcset": str(value.get("srcset", ""))}
    sources = [{key: str(each[key]) for key in ("type", "srcset")} for each in value.get("sources", ())]
    return {**shown, **sizes, "sources": sources}


def _menu(setting: Setting, value: Any) -> list[Values]:
    lines = value.splitlines() if isinstance(value, str) else value
    links = [_link(setting, line) for line in lines if line]
    if len(links) > MOST_LINKS:
        raise ValueError(f"At most {MOST_LINKS} links.")
    return links


def _link(setting: Setting, line: Any) -> Values:
    if isinstance(line, dict):
        name, url = line.get("name", ""), line.get("url", "")
    else:
        name, _, url = str(line).rpartition("|")
    if not str(name).strip() or not str(url).strip():
        raise ValueError(f"Write each link as: Words | /address (not {_shortened(line)}).")
    return {"name": _plain(name)[:60], "url": _url(setting, url)}


def _slug(_setting: Setting, value: Any) -> str:
    text = _plain(value)
    if text and not _SLUG.fullmatch(text):
        raise ValueError("Enter the last part of its address, as in chanderi-saree.")
    return text


def _plain(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("Enter text.")
    return value.replace("\0", "").replace("\r\n", "\n").strip()


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - what a sentence bears


_CHECKS: Mapping[str, Callable[[Setting, Any], Any]] = {
    "color": _color,
    "font": _font,
    "range": _range,
    "select": _select,
    "bool": _bool,
    "text": _text,
    "richtext": _richtext,
    "image": _image,
    "url": _url,
    "menu": _menu,
    "product": _slug,
    "collection": _slug,
}
_EMPTY: Mapping[str, Callable[[Setting], Any]] = {
    "color": lambda _: "#808080",
    "font": lambda _: next(iter(FONTS)),
    "range": lambda setting: setting.minimum,
    "select": lambda setting: setting.options[0][0],
    "bool": lambda _: False,
    "image": lambda _: "",
    "menu": lambda _: (),
    "text": lambda _: "",
    "richtext": lambda _: "",
    "url": lambda _: "",
    "product": lambda _: "",
    "collection": lambda _: "",
}
