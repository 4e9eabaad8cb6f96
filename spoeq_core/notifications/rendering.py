"""Messages rendered from templates of the core and of plugins: a subject, plain text and HTML for each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency
from jinja2 import Environment, StrictUndefined, select_autoescape

from spoeq_core.kernel.languages import ENGLISH, SOURCE, Catalogue, Tongue, catalogue, direction, speaking, tongue
from spoeq_core.kernel.money import exponent
from spoeq_core.kernel.templates import ShopLoader, ThemeEnvironment
from spoeq_core.plugins.languages import active_roots, default_language, shop_tongue
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
LAKH = "¤#,##,##0.00"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it reads."""

    subject: str
    text: str
    html: str


def render(shop: Shop, template: str, context: Mapping[str, Any], language: str = "") -> Rendered:
    """A message of that template (`order_confirmed`), in that language or the shop's own, and its time zone.

    A template `email/<name>` is looked for in the storefront's theme, its parents, the enabled plugins and the core. If
    a theme's fails, the message is drawn without the theme: it must reach its reader.
    """
    known = shop.profile.languages
    letterhead = shop.letterhead(shop)
    own = active_roots(shop.hooks)
    with speaking(shop_tongue(shop, language if language in known else default_language(shop))):
        values = {
            "shop": shop.profile.model_dump(),
            "theme": {"settings": letterhead.settings},
            "base_url": shop.settings.base_url.rstrip("/"),
            "lang": tongue().language.replace("_", "-"),
            "dir": direction(tongue().language),
            **context,
        }
        try:
            return _drawn((*letterhead.roots, *own), template, values)
        except Exception:
            if not letterhead.roots:
                raise
            log.exception("the theme in %s cannot draw the mail %s; the core's is sent", letterhead.roots[0], template)
            return _drawn(own, template, {**values, "theme": {"settings": {}}})


def _drawn(roots: tuple[Path, ...], template: str, values: Mapping[str, Any]) -> Rendered:
    language = tongue().language
    environment = _environment(roots, tongue(), ENGLISH if language == SOURCE else catalogue(roots, language))
    subject, text, html = (
        environment.get_template(f"email/{template}.{part}").render(values) for part in ("subject.txt", "txt", "html")
    )
    return Rendered(" ".join(subject.split()), text.strip() + "\n", html)


@lru_cache(maxsize=16)
def _environment(roots: tuple[Path, ...], reader: Tongue, said: Catalogue) -> Environment:
    """The templates, compiled once for some folders, a language, its locale and a time zone."""
    environment = ThemeEnvironment(
        loader=ShopLoader([*(root / "templates" for root in roots), TEMPLATES]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(said.get, said.get_plural, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["money"] = lambda value: _money(value, reader.locale)
    environment.filters["date"] = lambda value: _date(value, reader.locale, reader.timezone)
    environment.filters["said"] = said.say
    return environment


def _money(value: Mapping[str, Any], locale: str) -> str:
    """`₹1,29,900.00`."""
    currency = str(value["currency"])
    digits = exponent(currency)
    amount = Decimal(int(value["amount"])).scaleb(-digits)
    if currency == "INR":
        return format_currency(amount, currency, LAKH, locale=locale, currency_digits=False)
    # Babel's own digits are what people write (none for some currencies); a mail shows what is really paid.
    return format_currency(amount.quantize(Decimal(1).scaleb(-digits)), currency, locale=locale)


def _date(value: str, locale: str, timezone: str) -> str:
    moment = datetime.fromisoformat(value).astimezone(ZoneInfo(timezone))
    return format_date(moment, "d MMMM y", locale=locale)
