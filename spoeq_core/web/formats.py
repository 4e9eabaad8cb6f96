"""How values look on pages: money, dates, names of states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_currency, format_currency

from spoeq_core.kernel.money import exponent

LOCALE = "en_IN"
LAKH = "¤#,##,##0.00"
LAKH_WHOLE = "¤#,##,##0"
ZONE = "Asia/Kolkata"


def money(value: Mapping[str, Any] | None, paise: bool = False) -> str:
    """`₹1,29,900` or `₹1,299.50`; whole amounts without the decimals unless `paise`."""
    if value is None:
        return ""
    return format_amount(int(value["amount"]), str(value["currency"]), paise)


@lru_cache(maxsize=8192)
def format_amount(amount: int, currency: str, paise: bool = False) -> str:
    """Minor units as text for people; rupees are grouped by lakh and crore."""
    digits = exponent(currency)
    value = Decimal(amount).scaleb(-digits)
    whole = not paise and amount % 10**digits == 0
    if currency == "INR":
        return format_currency(value, currency, LAKH_WHOLE if whole else LAKH, locale=LOCALE, currency_digits=False)
    pattern = "¤#,##0" if whole else None
    return format_currency(value, currency, pattern, locale=LOCALE, currency_digits=not whole)


def short_amount(amount: int, currency: str) -> str:
    """Minor units in few characters, as an axis wants them: `₹20k`, `₹2.5L`, `₹1.2Cr`; other currencies `$20K`."""
    whole = Decimal(amount).scaleb(-exponent(currency))
    if currency != "INR":
        return format_compact_currency(whole, currency, locale=LOCALE, fraction_digits=1)
    for size, word in ((10_000_000, "Cr"), (100_000, "L"), (1000, "k")):
        if whole >= size:
            return f"₹{(whole / size).quantize(Decimal('0.1')).normalize():f}{word}"
    return f"₹{whole.normalize():f}"


def day(value: datetime | date | str | None, style: str = "medium") -> str:
    """`23 Nov 2026`, in the shop's time zone."""
    moment = _moment(value)
    if moment is None:
        return ""
    return format_date(moment, "EEE d MMM" if style == "short" else "d MMM y", locale=LOCALE)


def moment_text(value: datetime | str | None) -> str:
    """`23 Nov 2026, 4:05 pm`, in the shop's time zone."""
    moment = _moment(value)
    return format_datetime(moment, "d MMM y, h:mm a", locale=LOCALE) if isinstance(moment, datetime) else day(moment)


def words(value: str) -> str:
    """A state's name for people: `pending_cod` is `Pending COD`."""
    text = value.replace("_", " ").capitalize()
    return text.replace("cod", "COD")


@lru_cache(maxsize=512)
def country(code: str) -> str:
    """The country's name: `India` for `IN`; what is no code of two letters stays as it is."""
    return str(Locale.parse(LOCALE).territories.get(code, code))


@lru_cache(maxsize=512)
def phone(number: str) -> str:
    """A stored number as people write it: `+91 98450 12345`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _moment(value: datetime | date | str | None) -> datetime | date | None:
    if not value:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return value.astimezone(ZoneInfo(ZONE)) if isinstance(value, datetime) else value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": money,
    "date": day,
    "datetime": moment_text,
    "words": words,
    "country": country,
    "phone": phone,
}
