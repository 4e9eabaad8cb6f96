"""Single-use codes: sixty bits that nobody guesses, behind the code of their coupon."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which are mistaken for others."""
LENGTH: Final = 12
BITS: Final = 5
_SINGLE_USE = re.compile(f"[A-Z0-9_-]+-[{ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class SingleUseCode:
    """A code that is used once: of which coupon (`batch`, under its `serial`), made by which job as its nth."""

    id: str
    batch: str
    serial: str
    job: str
    n: int
    created_at: datetime
    version: int = 1


def is_single_use(code: str) -> bool:
    """Whether a folded code looks like one."""
    return _SINGLE_USE.fullmatch(code) is not None


def code_of(secret: bytes, prefix: str, job: str, n: int) -> str:
    """The nth code of a job: the same whenever the job makes it again, and not to be guessed without the secret.

    Args:
        secret: 32 bytes that nobody else knows.
        prefix: What the code begins with.
        job: The job's id.
        n: From 0.
    """
    number = int.from_bytes(hmac.new(secret, f"{prefix}:{job}:{n}".encode(), hashlib.sha256).digest())
    drawn = (ALPHABET[number >> BITS * place & len(ALPHABET) - 1] for place in range(LENGTH))
    return f"{prefix}-{''.join(drawn)}"
