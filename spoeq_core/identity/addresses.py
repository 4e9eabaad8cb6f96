"""Reads postal addresses, phone numbers and e-mail addresses as people type them; refuses field by field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import phonenumbers

from spoeq_core.identity.model import Address, normalise_email
from spoeq_core.identity.states import OTHER_TERRITORY, STATES, find_state, state_code
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message

INDIA = "IN"
PIN = re.compile(r"[1-9][0-9]{5}")
INDIAN_MOBILE = re.compile(r"\+91[6-9][0-9]{9}")
POSTAL_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{0,10}")
GSTIN = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]")
EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
DIGITS = re.compile(r"\+?[0-9]{8,15}")
BETWEEN_DIGITS = re.compile(r"[\s-]")
LONGEST_EMAIL = 254
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIELDS = ("name", "phone", "line1", "line2", "landmark", "city", "state", "postal_code", "country", "gstin")


def parse_address(raw: Mapping[str, Any], prefix: str = "") -> Address:
    """The address of a JSON object or a form; keys that no address has are ignored.

    Args:
        raw: Values by field name.
        prefix: Name of the object that holds it: errors are then about `<prefix>.<field>`.

    Raises:
        Invalid: with an error for each field that is missing or wrong.
    """
    fields = _Fields(raw, prefix)
    country = fields.country()
    address = Address(
        # In the order in which forms ask: errors are listed in it.
        name=fields.text("name", 80, message("Enter a full name.")),
        postal_code=fields.postal_code(country),
        city=fields.text("city", 80, message("Enter a town or city.")),
        state=fields.state(country),
        line1=fields.text("line1", 120, message("Enter a house number and street.")),
        line2=fields.text("line2", 120),
        landmark=fields.text("landmark", 80),
        phone=fields.phone(country),
        country=country,
        gstin=fields.gstin(country),
    )
    fields.same_state(address)
    fields.raise_if_any()
    return address


def parse_email(text: str, field: str = "email") -> str:
    """An e-mail address, normalised.

    Raises:
        Invalid: it is none.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST_EMAIL or not EMAIL.fullmatch(stripped) or ".." in stripped:
        raise Invalid.field(field, "Enter an e-mail address, like name@example.com.", "email")
    return normalise_email(stripped)


def parse_phone(text: str, country: str = INDIA, field: str = "phone") -> str:
    """A phone number in E.164; numbers without a country code are the country's. In India a mobile number.

    Raises:
        Invalid: it is none.
    """
    try:
        number = phonenumbers.parse(text[:40], country)
    except phonenumbers.NumberParseException:
        number = None
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else ""
    if country == INDIA and not INDIAN_MOBILE.fullmatch(found):
        raise Invalid.field(field, "Enter a 10-digit mobile number, like 98450 12345.", "phone")
    if country != INDIA and not (number and phonenumbers.is_valid_number(number)):
        raise Invalid.field(field, "Enter a phone number with its country code, like +44 20 7946 0958.", "phone")
    return found


def phones_meant(text: str) -> list[str]:
    """The numbers in E.164 that a search may mean, typed with or without country code; none if it is no number."""
    digits = BETWEEN_DIGITS.sub("", text)
    return [digits, f"+{digits}", f"+91{digits[-10:]}"] if DIGITS.fullmatch(digits) else []


def parse_pin(text: str, field: str = "postal_code") -> str:
    """A PIN code: six digits, not beginning with 0; one space is ignored.

    Raises:
        Invalid: it is none.
    """
    code = text.strip().replace(" ", "", 1)
    if not PIN.fullmatch(code):
        raise Invalid.field(field, "Enter a 6-digit PIN code, like 560001.", "pin")
    return code


def parse_gstin(text: str, field: str = "gstin") -> str:
    """A GST number: 15 characters, the last a check character over the others.

    Raises:
        Invalid: it is none.
    """
    number = "".join(text.split()).upper()
    known = {state.code for state in STATES} | {OTHER_TERRITORY}
    if not GSTIN.fullmatch(number) or number[:2] not in known or gstin_check(number[:14]) != number[14]:
        raise Invalid.field(field, "Enter a 15-character GSTIN, like 27AAPFU0939F1ZV, or leave it empty.", "gstin")
    return number


def gstin_check(first: str) -> str:
    """The check character of a GSTIN's first 14: base-36 values weighted 1, 2, 1, 2 …, digit sums, modulo 36."""
    products = (BASE36.index(char) * (1 + place % 2) for place, char in enumerate(first))
    total = sum(product // 36 + product % 36 for product in products)
    return BASE36[(36 - total % 36) % 36]


def clean_text(text: str) -> str:
    """One line of text as it is stored: composed (NFC), without control characters, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    kept = (char if unicodedata.category(char) not in {"Cc", "Cs"} else " " for char in composed)
    return " ".join("".join(kept).split())


class _Fields:
    """The raw values of an address, and what is wrong with them."""

    def __init__(self, raw: Mapping[str, Any], prefix: str) -> None:
        self._raw = raw
        self._prefix = f"{prefix}." if prefix else ""
        self._errors: list[FieldError] = []

    def raise_if_any(self) -> None:
        if self._errors:
            raise Invalid("Some parts of the address are missing or wrong.", errors=self._errors)

    def text(self, name: str, longest: int, missing: str = "") -> str:
        value = self._raw.get(name)
        if value is not None and not isinstance(value, str):
            return self._refuse(name, message("Enter text."), "string_type")
        text = clean_text(value or "")
        if not text and missing:
            return self._refuse(name, missing, "missing")
        if len(text) > longest:
            return self._refuse(name, message("Use at most %(n)s characters.", n=longest), "too_long")
        return text

    def country(self) -> str:
        code = self.text("country", 2).upper() or INDIA
        if code not in phonenumbers.SUPPORTED_REGIONS:
            self._refuse("country", message("Enter a country's two-letter code, like IN."), "country")
            return INDIA
        return code

    def state(self, country: str) -> str:
        text = self.text("state", 80, message("Choose a state.") if country == INDIA else "")
        if country != INDIA or not text:
            return text
        state = find_state(text)
        return (
            state.name
            if state
            else self._refuse("state", message("Choose a state or union territory of India."), "state")
        )

    def phone(self, country: str) -> str:
        text = self.text("phone", 40, message("Enter a phone number, so that the courier can call."))
        return self._parsed(lambda: parse_phone(text, country, "phone")) if text else ""

    def postal_code(self, country: str) -> str:
        text = self.text("postal_code", 12, message("Enter a PIN code.") if country == INDIA else "")
        if not text:
            return ""
        if country == INDIA:
            return self._parsed(lambda: parse_pin(text))
        if not POSTAL_CODE.fullmatch(text):
            return self._refuse("postal_code", message("Enter a postal code of letters and digits."), "postal_code")
        return text.upper()

    def gstin(self, country: str) -> str:
        text = self.text("gstin", 20)
        if text and country != INDIA:
            return self._refuse("gstin", message("A GSTIN goes with an address in India."), "gstin")
        return self._parsed(lambda: parse_gstin(text)) if text else ""

    def same_state(self, address: Address) -> None:
        """Refuses a GSTIN of another state than the address; the one for offshore areas goes with any."""
        code = address.gstin[:2]
        if code and address.state and code not in {state_code(address.state), OTHER_TERRITORY}:
            state = find_state(code)
            words = message(
                "This GSTIN belongs to %(state)s, and the address does not. Enter the GSTIN of this place.",
                state=state.name if state else code,
            )
            self._refuse("gstin", words, "gstin_state")

    def _parsed(self, parse: Any) -> str:
        try:
            return str(parse())
        except Invalid as error:
            for found in error.errors:
                self._refuse(found.field, found.message, found.code)
            return ""

    def _refuse(self, name: str, message: str, code: str) -> str:
        self._errors.append(FieldError(f"{self._prefix}{name}", message, code))
        return ""
