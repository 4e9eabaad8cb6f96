"""PIN codes and the places that they name."""

from __future__ import annotations

import pytest

from spoeq_core.identity.places import place_of


@pytest.mark.parametrize(
    ("pin", "city", "state"),
    [
        ("560001", "Bengaluru", "Karnataka"),
        ("560 001", "Bengaluru", "Karnataka"),
        ("110001", "New Delhi", "Delhi"),
        ("110045", "Delhi", "Delhi"),
        ("194101", "Leh", "Ladakh"),
        ("403001", "", "Goa"),
        ("396210", "Daman", "Dadra and Nagar Haveli and Daman and Diu"),
        ("570001", "Mysuru", "Karnataka"),
    ],
)
def test_a_pin_code_names_its_state_and_its_town_where_that_is_sure(pin, city, state):
    found = place_of(pin)
    assert found is not None
    assert (found.pin, found.city, found.state) == (pin.replace(" ", ""), city, state)


def test_a_pin_code_of_two_states_leaves_the_choice():
    found = place_of("533464")
    assert found is not None
    assert found.states == ("Andhra Pradesh", "Puducherry")
    assert found.city == ""


@pytest.mark.parametrize("pin", ["", "56000", "056001", "abcdef", "999999", "5600011", "५६०००१"])
def test_what_is_no_pin_code_names_nothing(pin):
    assert place_of(pin) is None
