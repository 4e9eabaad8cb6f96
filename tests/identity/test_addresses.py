"""Addresses, phone numbers, PIN codes and GSTINs as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from spoeq_core.identity.addresses import (
    BASE36,
    gstin_check,
    parse_address,
    parse_email,
    parse_gstin,
    parse_phone,
    parse_pin,
)
from spoeq_core.identity.states import STATES, find_state, state_code
from spoeq_core.kernel.errors import Invalid

GOOD = {
    "name": "Meera  Nair",
    "phone": "098450 12345",
    "line1": "14, 3rd Cross",
    "line2": "",
    "landmark": None,
    "city": "Bengaluru",
    "state": "KA",
    "postal_code": "560 001",
}


def refused(raw: dict[str, object], prefix: str = "") -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        parse_address(raw, prefix)
    return {error.field: error.code for error in caught.value.errors}


def test_an_address_is_stored_in_one_form():
    address = parse_address({**GOOD, "gstin": "29aagcb7383j1z4 ", "unrelated": "field of the same form"})
    assert address.name == "Meera Nair"
    assert address.phone == "+919845012345"
    assert address.state == "Karnataka"
    assert address.postal_code == "560001"
    assert address.country == "IN"
    assert address.landmark == ""
    assert address.gstin == "29AAGCB7383J1Z4"


def test_every_missing_field_is_named_with_the_objects_name_before_it():
    assert refused({}, "shipping_address") == {
        f"shipping_address.{field}": "missing" for field in ("name", "phone", "line1", "city", "state", "postal_code")
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("postal_code", "060001", "pin"),
        ("postal_code", "56000", "pin"),
        ("postal_code", "5 60 001", "pin"),
        ("postal_code", "५६०००१", "pin"),
        ("phone", "5845012345", "phone"),
        ("phone", "+1 415 555 2671", "phone"),
        ("phone", "not a number", "phone"),
        ("state", "Gondwana", "state"),
        ("country", "ZZ", "country"),
        ("country", "India", "too_long"),
        ("gstin", "27AAPFU0939F1ZW", "gstin"),
        ("name", 7, "string_type"),
        ("name", " \n ", "missing"),
        ("line1", "x" * 121, "too_long"),
    ],
)
def test_a_wrong_field_is_refused_alone(field, value, code):
    assert refused({**GOOD, field: value}) == {field: code}


def test_a_gstin_is_of_the_addresss_state():
    assert refused({**GOOD, "gstin": "27AAPFU0939F1ZV"}) == {"gstin": "gstin_state"}
    assert parse_address({**GOOD, "state": "Maharashtra", "gstin": "27AAPFU0939F1ZV"}).gstin == "27AAPFU0939F1ZV"
    offshore = "97AAPFU0939F1Z"
    assert parse_address({**GOOD, "gstin": offshore + gstin_check(offshore)}).gstin


def test_an_address_abroad_needs_no_pin_and_takes_its_own_numbers():
    address = parse_address({**GOOD, "country": "gb", "phone": "020 7946 0958", "state": "", "postal_code": "sw1a 1aa"})
    assert (address.country, address.phone, address.state, address.postal_code) == (
        "GB",
        "+442079460958",
        "",
        "SW1A 1AA",
    )
    assert refused({**GOOD, "country": "GB", "phone": "12", "gstin": "27AAPFU0939F1ZV"}) == {
        "phone": "phone",
        "gstin": "gstin",
    }


@given(st.dictionaries(st.sampled_from(["state", "phone", "country", *GOOD]), st.text() | st.integers() | st.none()))
def test_whatever_is_typed_gives_an_address_or_field_errors(raw):
    try:
        address, errors = parse_address({**GOOD, **raw}), ()
    except Invalid as error:
        address, errors = None, error.errors
    assert bool(address) != bool(errors)
    assert all(found.message for found in errors)
    assert address is None or (address.name and "\n" not in address.name)


@pytest.mark.parametrize("typed", ["98450 12345", "098450-12345", "+91 98450 12345", "919845012345", "९८४५०१२३४५"])
def test_indian_mobile_numbers_become_e164(typed):
    assert parse_phone(typed) == "+919845012345"


def test_one_space_of_a_pin_is_ignored():
    assert parse_pin(" 560 001") == "560001"


@pytest.mark.parametrize("number", ["27AAPFU0939F1ZV", "29AAGCB7383J1Z4"])
def test_known_gstins_hold(number):
    assert parse_gstin(number) == number


@pytest.mark.parametrize("code", ["38", "97", "26"])
def test_gstins_of_ladakh_offshore_and_the_merged_territory_hold(code):
    first = f"{code}AAPFU0939F1Z"
    assert parse_gstin(first + gstin_check(first)) == first + gstin_check(first)


@pytest.mark.parametrize("code", ["00", "25", "28", "39"])
def test_gstins_of_no_state_are_refused(code):
    first = f"{code}AAPFU0939F1Z"
    with pytest.raises(Invalid):
        parse_gstin(first + gstin_check(first))


@given(st.integers(0, 14), st.sampled_from(BASE36))
def test_no_single_wrong_character_of_a_gstin_goes_unnoticed(place, char):
    good = "27AAPFU0939F1ZV"
    wrong = good[:place] + char + good[place + 1 :]
    if wrong == good:
        assert parse_gstin(wrong) == good
    else:
        with pytest.raises(Invalid):
            parse_gstin(wrong)


def test_there_are_36_states_and_territories_each_found_by_name_code_and_abbreviation():
    assert len(STATES) == 36
    assert len({state.code for state in STATES}) == len({state.abbreviation for state in STATES}) == 36
    for state in STATES:
        assert find_state(state.name.upper()) is state
        assert find_state(state.code) is state
        assert find_state(state.abbreviation.lower()) is state
    assert [state.name for state in STATES] == sorted(state.name for state in STATES)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Jammu & Kashmir", "01"),
        ("Orissa", "21"),
        ("Pondicherry", "34"),
        ("Daman and Diu", "26"),
        ("Ladakh", "38"),
        ("  tamil   nadu ", "33"),
        ("nowhere", ""),
    ],
)
def test_states_are_known_by_older_and_shorter_names(text, code):
    assert state_code(text) == code


@pytest.mark.parametrize("text", ["Meera@Example.COM", "  meera@example.com "])
def test_an_email_address_is_normalised(text):
    assert parse_email(text) == "meera@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "meera",
        "meera@localhost",
        "a@b@example.com",
        "a b@example.com",
        "a@example..com",
        "\u212aa@example.com",
        "a@" + "x" * 250 + ".com",
        "a\n@example.com",
        "a@example.com\nBcc: b@example.com",
    ],
)
def test_what_is_no_email_address_is_refused(text):
    with pytest.raises(Invalid):
        parse_email(text)
