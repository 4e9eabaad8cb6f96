"""Money as integer minor units of an ISO 4217 currency; nothing here ever touches a float."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from spoeq_core.kernel.errors import Invalid, SpoeqError
from spoeq_core.kernel.messages import message

MAX_AMOUNT: Final = 2**53 - 1
"""The largest amount that JSON readers and the database both keep exactly."""


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ISO 4217 list one. CLDR (babel) differs on purpose: it gives the decimals people write, not those banks settle in.
_TWO_DECIMALS: Final = _codes(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
    "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD "
    "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
    "THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_OTHER_DECIMALS: Final = {
    **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(_codes("CLF UYW"), 4),
}
_TYPED: Final = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+|\d{1,3}(?:,\d{2,3})*,\d{3}|(?=\.))(?:\.(?P<part>\d+))?")
_LONGEST_TYPED: Final = 32


class CurrencyMismatch(SpoeqError):
    """Two currencies met in one sum or comparison."""

    code = "currency_mismatch"


class UnknownCurrency(Invalid):
    """A currency code that ISO 4217 does not list."""

    code = "unknown_currency"


class InvalidAmount(Invalid):
    """Something that is not an exact amount of money."""

    code = "invalid_amount"


def exponent(currency: str) -> int:
    """How many decimals the currency has: 0 for JPY, 2 for INR, 3 for BHD.

    Raises:
        UnknownCurrency: If ISO 4217 does not list the code.
    """
    try:
        return 2 if currency in _TWO_DECIMALS else _OTHER_DECIMALS[currency]
    except (KeyError, TypeError):
        raise UnknownCurrency(
            f"{currency!r} is not a currency.", hint="Use an ISO 4217 code in capitals, like INR."
        ) from None


def whole_amount(value: object, what: str) -> int:
    """The value, if it is an integer number of minor units (a bool is not); `what` names it in the error.

    Raises:
        InvalidAmount: If it is anything else.
    """
    if type(value) is not int:
        raise InvalidAmount(f"{what} is {value!r}.", hint="Give an integer number of minor units (49900 for ₹499).")
    return value


def round_ratio(numerator: int, denominator: int) -> int:
    """The quotient rounded half away from zero, exactly, whatever the size; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def round_half_away(value: Decimal) -> int:
    """The nearest integer; a half goes away from zero (2.5 → 3, -2.5 → -3).

    Raises:
        InvalidAmount: If the value is not a finite number.
    """
    if not value.is_finite():
        raise InvalidAmount(f"{value} cannot be rounded to an amount.", hint="Give a finite number.")
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))


def parse_amount(text: str, currency: str) -> int:
    """Minor units of an amount as people type it: `parse_amount("1,299.50", "INR")` is 129950.

    Commas group thousands (or lakhs) and a point starts the decimals; "1,5" is refused, not guessed at.

    Raises:
        InvalidAmount: If it is not a number, is too large, or has more decimals than the currency.
        UnknownCurrency: If ISO 4217 does not list the currency.
    """
    decimals = exponent(currency)
    found = _TYPED.fullmatch(text.strip()) if len(text) <= _LONGEST_TYPED else None
    if not found:
        raise InvalidAmount(
            message("“%(typed)s” is not an amount.", typed=text[:_LONGEST_TYPED]), hint="Type it like 1,299.50."
        )
    part = found["part"] or ""
    if len(part) > decimals:
        raise InvalidAmount(
            message(
                "“%(typed)s” has more decimals than %(currency)s has (%(decimals)s).",
                typed=text,
                currency=currency,
                decimals=decimals,
            ),
            hint="Type fewer.",
        )
    amount = int((found["whole"] or "0").replace(",", "") + part.ljust(decimals, "0"))
    if amount > MAX_AMOUNT:
        raise InvalidAmount(message("“%(typed)s” is too large an amount.", typed=text), hint="Type a smaller one.")
    return -amount if found["sign"] == "-" else amount


def plain_amount(amount: int, currency: str) -> str:
    """The amount for a form's input, which `parse_amount` reads back: 129950 of INR is "1299.50"."""
    decimals = exponent(currency)
    digits = str(abs(whole_amount(amount, "The amount"))).rjust(decimals + 1, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `amount` minor units of `currency` (ISO 4217).

    Raises:
        InvalidAmount: If the amount is not an integer.
        UnknownCurrency: If ISO 4217 does not list the currency.
        CurrencyMismatch: If two currencies are added, subtracted or ordered.
    """

    amount: int
    currency: str

    def __post_init__(self) -> None:
        whole_amount(self.amount, "The amount")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in that currency."""
        return cls(0, currency)

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Money:
        """The money that `as_json` wrote; anything else is refused."""
        if set(data) != {"amount", "currency"} or not isinstance(data["currency"], str):
            raise InvalidAmount(
                f"{dict(data)!r} is not money.", hint='Write it like {"amount": 49900, "currency": "INR"}.'
            )
        return cls(whole_amount(data["amount"], "The amount"), data["currency"])

    def as_json(self) -> dict[str, int | str]:
        """The shape of the HTTP contract: `{"amount": 49900, "currency": "INR"}`."""
        return {"amount": self.amount, "currency": self.currency}

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def _same(self, other: object) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"{other!r} is not Money")
        if other.currency != self.currency:
            raise CurrencyMismatch(
                f"{self.currency} and {other.currency} cannot be added or compared.",
                hint="Keep carts and totals of different currencies apart.",
            )
        return other.amount
