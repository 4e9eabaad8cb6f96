"""Phone numbers and e-mail addresses that can be recognised in a list, but not copied from it."""

from __future__ import annotations

import phonenumbers

SHOWN = 4
DOTS = "••••••"


def masked_phone(number: str) -> str:
    """Country code and the last four digits of a stored number: `+91 •••••• 4321`."""
    if not number:
        return ""
    try:
        code = f"+{phonenumbers.parse(number).country_code} "
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code}{DOTS} {number[-SHOWN:]}"


def masked_email(address: str) -> str:
    """The first letter and the domain: `m••••••@example.com`."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}{DOTS}@{domain}" if at else ""
