"""Passwords: accepted, refused, kept and compared."""

from __future__ import annotations

import unicodedata

import pytest

from spoeq_core.identity import passwords as passwords_module
from spoeq_core.identity.passwords import MOST_BYTES, Passwords, passwords_of
from spoeq_core.kernel.crypto import Keyring
from spoeq_core.kernel.errors import Invalid

DEVANAGARI = "नीम के पत्ते भोर में और शाम को बरगद की छाया में बैठकर चाय पीना अच्छा है"


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(Keyring("k" * 40), rounds=4)


def code_of(passwords: Passwords, password: str, *about: str) -> str:
    with pytest.raises(Invalid) as caught:
        passwords.refuse_weak(password, *about)
    [error] = caught.value.errors
    assert error.field == "password"
    return error.code


@pytest.mark.parametrize("password", ["password", "PASSWORD", "12345678", "1qaz2wsx", "Welcome@123", "iloveyou"])
def test_the_commonest_are_refused(passwords, password):
    assert code_of(passwords, password) == "common"


def test_three_thousand_common_ones_of_acceptable_length_are_known(passwords):
    common = passwords_module._common_passwords()
    assert len(common) >= 3000
    assert all(len(word) >= 8 and word == word.casefold() and word == word.strip() for word in common)


def test_short_long_and_personal_ones_are_refused(passwords):
    assert code_of(passwords, "seven77") == "too_short"
    assert code_of(passwords, "न" * 7) == "too_short"
    assert code_of(passwords, "x" * (MOST_BYTES + 1)) == "too_long"
    assert code_of(passwords, "Meera.Nair", "meera.nair@example.com", "Meera") == "common"
    assert code_of(passwords, "meera nair", "m@example.com", "Meera Nair") == "common"


@pytest.mark.parametrize("password", ["spoeq-demo-1", "correct horse battery", DEVANAGARI, "x" * MOST_BYTES])
def test_there_are_no_rules_of_composition(passwords, password):
    passwords.refuse_weak(password, "meera@example.com", "Meera Nair")


@pytest.mark.parametrize("password", ["a" * 72, "a" * 73, "a" * 500, DEVANAGARI, "nul\0byte\0inside", "नमस्ते दुनिया"])
async def test_every_byte_counts(passwords, password):
    stored = await passwords.hash(password)
    assert await passwords.check(password, stored)
    assert not await passwords.check(password + "x", stored)
    assert not await passwords.check(password[:-1], stored)


async def test_the_same_letters_typed_on_another_keyboard_are_the_same_password(passwords):
    stored = await passwords.hash("Café Qahwa é")
    assert await passwords.check(unicodedata.normalize("NFD", "Café Qahwa é"), stored)


async def test_a_giant_or_broken_password_is_a_plain_no(passwords):
    stored = await passwords.hash("neem leaves at dawn")
    assert not await passwords.check("x" * 1_000_000, stored)
    assert not await passwords.check("\ud800 surrogate", stored)
    assert not await passwords.check("", stored)


async def test_without_the_pepper_a_stored_hash_is_of_no_use(passwords):
    stored = await passwords.hash("neem leaves at dawn")
    assert not await Passwords(Keyring("another" * 6), rounds=4).check("neem leaves at dawn", stored)


async def test_an_unknown_account_costs_the_same_work_and_never_matches(passwords, monkeypatch):
    compared: list[bytes] = []
    real = passwords_module.bcrypt.checkpw

    def spy(password: bytes, hashed: bytes) -> bool:
        compared.append(hashed)
        return real(password, hashed)

    monkeypatch.setattr(passwords_module.bcrypt, "checkpw", spy)
    stored = await passwords.hash("neem leaves at dawn")
    assert not await passwords.check("neem leaves at dusk", stored)
    assert not await passwords.check("neem leaves at dusk", None)
    known, unknown = compared
    assert known.split(b"$")[:3] == unknown.split(b"$")[:3] == [b"", b"2b", b"04"]


async def test_a_hash_of_lower_cost_is_outdated(passwords):
    stored = await passwords.hash("neem leaves at dawn")
    assert not passwords.is_outdated(stored)
    assert Passwords(Keyring("k" * 40), rounds=5).is_outdated(stored)


async def test_a_shop_has_one_queue_for_hashing(shop):
    assert passwords_of(shop) is passwords_of(shop)
