"""Messages rendered from templates of the core and of plugins: a subject, plain text and HTML for each."""

from __future__ import annotations

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
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, select_autoescape

from spoeq_core.kernel.languages import Catalogue, Tongue, direction, speaking, tongue
from spoeq_core.kernel.money import exponent
from spoeq_core.plugins.languages import CORE, catalogue_roots, default_language, shop_tongue, speech
from spoeq_core.shop import Shop

LAKH = "¤#,##,##0.00"
MAILS = "mails"
"""The folder of a plugin's package that holds its messages, as `mails/<plugin>/<template>.txt`."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it reads."""

    subject: str
    text: str
    html: str


def render(shop: Shop, template: str, context: Mapping[str, Any], language: str = "") -> Rendered:
    """A message of that template (`order_confirmed`, `<plugin>/<template>`), in that language or the shop's own.

    A plugin's templates may extend and import the core's (`layout.html`, `parts.html`, `parts.txt`).
    """
    known = shop.profile.languages
    with speaking(shop_tongue(shop, language if language in known else default_language(shop))):
        said = speech(shop)
        values = {
            "shop": shop.profile.model_dump(),
            "base_url": shop.settings.base_url.rstrip("/"),
            "lang": tongue().language.replace("_", "-"),
            "dir": direction(tongue().language),
            **context,
        }
        environment = _environment(tongue(), said, _folders(shop))
        subject, text, html = (
            environment.get_template(f"{template}.{part}").render(values) for part in ("subject.txt", "txt", "html")
        )
    return Rendered(" ".join(subject.split()), text.strip() + "\n", html)


def _folders(shop: Shop) -> tuple[Path, ...]:
    """Where the enabled plugins keep their messages."""
    return tuple(root / MAILS for root in catalogue_roots(shop.hooks) if root != CORE)


@lru_cache(maxsize=16)
def _environment(reader: Tongue, said: Catalogue, folders: tuple[Path, ...]) -> Environment:
    """The templates, compiled once for a language, its locale and a time zone; the core's names cannot be taken."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("spoeq_core.notifications"), FileSystemLoader(folders)]),
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
