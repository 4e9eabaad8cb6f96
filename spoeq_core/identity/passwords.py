"""Passwords: which are accepted, and how they are kept.

Kept is bcrypt over base64(HMAC-SHA-256(pepper, password)): bcrypt alone takes 72 bytes, which 64 Devanagari letters
exceed, and a stolen database is of no use without the pepper, which is derived from SPOEQ_SECRET_KEY. (Whoever
changes that key makes every password void: people then set new ones by mail.)
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import unicodedata
from importlib.resources import files

import bcrypt

from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

SHORTEST = 8
MOST_BYTES = 1024
SCHEME = "hmac-bcrypt:"
"""What stored hashes begin with, so that another scheme can follow one day."""


class Passwords:
    """Hashes and checks passwords in threads, a few at a time, so that sign-ins cannot take all processors.

    Args:
        keyring: Gives the pepper.
        rounds: bcrypt's cost: each step doubles the work.
    """

    def __init__(self, keyring: Keyring, rounds: int) -> None:
        self._pepper = keyring.derive("password")
        self._rounds = rounds
        self._turns = asyncio.Semaphore(max(1, (os.cpu_count() or 2) // 2))
        # Compared where there is no account: the same cost as a real hash, and a sum that no password has.
        self._nobody = f"{SCHEME}{bcrypt.gensalt(rounds).decode()}{'.' * 31}"
        self._common = _common_passwords()

    def refuse_weak(self, password: str, *about: str, field: str = "password") -> None:
        """Check a new password: eight characters, at most 1 KB, not one of the commonest, not the person's own data.

        Args:
            password: What was chosen.
            about: What others know of the person: e-mail address, name.
            field: Whom the error is about.

        Raises:
            Invalid: it is refused; the error says why.
        """
        text = _composed(password)
        if len(text) < SHORTEST:
            raise Invalid.field(field, message("Use at least %(n)s characters.", n=SHORTEST), "too_short")
        if len(_encoded(text)) > MOST_BYTES:
            raise Invalid.field(field, message("Use at most %(n)s bytes.", n=MOST_BYTES), "too_long")
        known = {word.casefold() for whole in about for word in (whole, whole.partition("@")[0]) if word}
        if text.casefold() in self._common or text.casefold() in known:
            raise Invalid.field(field, "This password is too easy to guess. Use a few words of your own.", "common")

    async def hash(self, password: str) -> str:
        """What is stored of a password that was accepted."""
        async with self._turns:
            return await asyncio.to_thread(self._hash, password)

    async def check(self, password: str, stored: str | None) -> bool:
        """Whether it is the password. Without a stored hash (no such account) it does the same work and says no."""
        if len(password) > MOST_BYTES or len(_encoded(password)) > MOST_BYTES:
            return False
        async with self._turns:
            same = await asyncio.to_thread(self._check, password, stored or self._nobody)
        return same and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with a lower cost than is set now."""
        parts = stored.removeprefix(SCHEME).split("$")
        return len(parts) < 3 or int(parts[2]) < self._rounds  # noqa: PLR2004 - $2b$12$…

    def _hash(self, password: str) -> str:
        return SCHEME + bcrypt.hashpw(self._peppered(password), bcrypt.gensalt(self._rounds)).decode()

    def _check(self, password: str, stored: str) -> bool:
        return bcrypt.checkpw(self._peppered(password), stored.removeprefix(SCHEME).encode())

    def _peppered(self, password: str) -> bytes:
        digest = hmac.new(self._pepper, _encoded(_composed(password)), hashlib.sha256).digest()
        return base64.b64encode(digest)


def passwords_of(shop: Shop) -> Passwords:
    """The shop's one `Passwords`: its turns are shared by all requests of a process."""
    found = shop.repositories.get(Passwords)
    if not isinstance(found, Passwords):
        found = shop.repositories[Passwords] = Passwords(shop.keyring, shop.settings.password_rounds)
    return found


def _composed(password: str) -> str:
    # RFC 8265: the same password typed on another keyboard may arrive decomposed.
    return unicodedata.normalize("NFC", password)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _common_passwords() -> frozenset[str]:
    text = files("spoeq_core.identity").joinpath("data/common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
