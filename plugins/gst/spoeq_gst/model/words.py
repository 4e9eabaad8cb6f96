"""Amounts in words as invoices in India say them: lakhs and crores."""

from __future__ import annotations

SMALL = (
    *("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"),
    *("Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"),
)
TENS = ("Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
UNITS = ((10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand"), (100, "Hundred"))
PAISE = 100
TWENTY, TEN = 20, 10


def in_words(paise: int) -> str:
    """An amount of rupees, as in `Rupees One Lakh Two Thousand Three and Fifty Paise Only`.

    Args:
        paise: Minor units, zero or more.
    """
    rupees, rest = divmod(paise, PAISE)
    return f"Rupees {_number(rupees)}{f' and {_number(rest)} Paise' if rest else ''} Only"


def grouped(paise: int) -> str:
    """An amount with the commas of lakhs, as in `1,02,003.50`."""
    rupees, rest = divmod(abs(paise), PAISE)
    head, tail = f"{rupees}"[:-3], f"{rupees}"[-3:]
    pairs = [head[max(0, end - 2) : end] for end in range(len(head), 0, -2)][::-1]
    return f"{'-' if paise < 0 else ''}{','.join([*pairs, tail])}.{rest:02d}"


def _number(number: int) -> str:
    for size, name in UNITS:
        if number >= size:
            high, low = divmod(number, size)
            return f"{_number(high)} {name}{f' {_number(low)}' if low else ''}"
    if number < TWENTY:
        return SMALL[number]
    tens, ones = divmod(number, TEN)
    return TENS[tens - 2] + (f" {SMALL[ones]}" if ones else "")
