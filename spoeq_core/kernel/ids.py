"""Identifiers: ULIDs for documents, random tokens for secrets, short numbers for people."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from ulid import ULID

_ULID = re.compile(r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")
_PEOPLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A ULID: 26 characters, sortable by time of creation."""
    return str(ULID())


def is_id(text: str) -> bool:
    """Whether the text has the form of a ULID."""
    return bool(_ULID.match(text))


def earlier_id(key: str, by: timedelta) -> str:
    """The least ULID of the moment that lies so much before the given one's: an end of a range, the id of nothing."""
    moment = max(ULID.from_str(key).milliseconds - int(by.total_seconds() * 1000), 0)
    return str(ULID.from_bytes(moment.to_bytes(6, "big") + bytes(10)))


def new_token() -> str:
    """43 URL-safe characters of 256 random bits."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """SHA-256 of a token in hex: what is stored instead of the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def derived_id(text: str) -> str:
    """A ULID that is always the same for the same text: what a repeated request makes, is made once."""
    return str(ULID.from_bytes(hashlib.sha256(text.encode()).digest()[:16]))


def new_number(prefix: str) -> str:
    """A number that people can read out (8 characters, no 0/O, 1/I/L, U); claimed by its user before it counts."""
    return f"{prefix}-{''.join(secrets.choice(_PEOPLE) for _ in range(8))}"
