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

from spoeq_core.kernel.languages import tongue
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.money import exponent
from spoeq_core.web.languages import translate

LAKH = "¤#,##,##0.00"
LAKH_WHOLE = "¤#,##,##0"


def money(value: Mapping[str, Any] | None, paise: bool = False) -> str:
    """`₹1,29,900` or `₹1,299.50`; whole amounts without the decimals unless `paise`."""
    if value is None:
        return ""
    return format_amount(int(value["amount"]), str(value["currency"]), paise)


def format_amount(amount: int, currency: str, paise: bool = False) -> str:
    """Minor units as text for people, in the language of the page; rupees are grouped by lakh and crore."""
    return _amount(amount, currency, paise, tongue().locale)


@lru_cache(maxsize=8192)
def _amount(amount: int, currency: str, paise: bool, locale: str) -> str:
    digits = exponent(currency)
    value = Decimal(amount).scaleb(-digits)
    whole = not paise and amount % 10**digits == 0
    if currency == "INR":
        # Babel's own patterns group by thousands in some Indian languages (mr_IN), and put the sign behind in others.
        return format_currency(value, currency, LAKH_WHOLE if whole else LAKH, locale=locale, currency_digits=False)
    pattern = "¤#,##0" if whole else None
    return format_currency(value, currency, pattern, locale=locale, currency_digits=not whole)


def short_amount(amount: int, currency: str) -> str:
    """Minor units in few characters, as an axis wants them: `₹20k`, `₹2.5L`, `₹1.2Cr`; other currencies `$20K`."""
    whole = Decimal(amount).scaleb(-exponent(currency))
    if currency != "INR":
        return format_compact_currency(whole, currency, locale=tongue().locale, fraction_digits=1)
    for size, word in ((10_000_000, "Cr"), (100_000, "L"), (1000, "k")):
        if whole >= size:
            return f"₹{(whole / size).quantize(Decimal('0.1')).normalize():f}{word}"
    return f"₹{whole.normalize():f}"


def day(value: datetime | date | str | None, style: str = "medium") -> str:
    """`23 Nov 2026`, in the shop's time zone."""
    moment = _moment(value)
    if moment is None:
        return ""
    return format_date(moment, "EEE d MMM" if style == "short" else "d MMM y", locale=tongue().locale)


def moment_text(value: datetime | str | None) -> str:
    """`23 Nov 2026, 4:05 pm`, in the shop's time zone."""
    moment = _moment(value)
    if not isinstance(moment, datetime):
        return day(moment)
    return format_datetime(moment, "d MMM y, h:mm a", locale=tongue().locale)


STATES = (
    message("Pending payment"),
    message("Confirmed"),
    message("Processing"),
    message("Shipped"),
    message("Delivered"),
    message("Completed"),
    message("Cancelled"),
    message("Pending"),
    message("Pending COD"),
    message("Authorized"),
    message("Partially paid"),
    message("Paid"),
    message("Failed"),
    message("Partially refunded"),
    message("Refunded"),
    message("Disputed"),
    message("Unfulfilled"),
    message("Partial"),
    message("Fulfilled"),
    message("Partially returned"),
    message("Returned"),
    message("Draft"),
    message("Active"),
    message("Archived"),
    message("Published"),
    message("Queued"),
    message("Running"),
    message("Done"),
    message("Placed"),
)
"""What `words` makes of the states there are, for those who translate."""


def words(value: str) -> str:
    """A state's name for people: `pending_cod` is `Pending COD`."""
    text = value.replace("_", " ").capitalize()
    return translate(text.replace("cod", "COD"))


def country(code: str) -> str:
    """The country's name: `India` for `IN`; what is no code of two letters stays as it is."""
    return str(Locale.parse(tongue().locale).territories.get(code, code))


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
    return value.astimezone(ZoneInfo(tongue().timezone)) if isinstance(value, datetime) else value


FILTERS: Mapping[str, Callable[..., Any]] = {
    "money": money,
    "date": day,
    "datetime": moment_text,
    "words": words,
    "country": country,
    "phone": phone,
    "said": translate,
}
