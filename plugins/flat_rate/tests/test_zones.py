"""Which zone an address lies in, what a parcel costs there, when it arrives."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from spoeq_flat_rate.model import SUNDAY, Rate, Zone, free_id, working_day, zone_for
from spoeq_flat_rate.settings import FlatRateSettings

FLAT = (Rate(price=5000),)
INDIA = Zone(id="india", name="India", rates=FLAT)
SOUTH = Zone(id="south", name="South", states=("Karnataka", "Kerala"), rates=FLAT)
BENGALURU = Zone(id="bengaluru", name="Bengaluru", pin_prefixes=("560",), rates=FLAT)
CENTRE = Zone(id="centre", name="Centre", pin_prefixes=("560001", "560002"), rates=FLAT)
ANYWHERE = Zone(id="anywhere", name="Anywhere", countries=(), rates=FLAT)
ZONES = [ANYWHERE, INDIA, SOUTH, BENGALURU, CENTRE]

pins = st.from_regex("[1-9][0-9]{5}", fullmatch=True)
states = st.sampled_from(["Karnataka", "Kerala", "Delhi", "Goa"])


@pytest.mark.parametrize(
    ("country", "state", "pin", "expected"),
    [
        ("IN", "Karnataka", "560001", "centre"),
        ("IN", "Karnataka", "560099", "bengaluru"),
        ("IN", "Karnataka", "570001", "south"),
        ("IN", "Delhi", "110001", "india"),
        ("AE", "Dubai", "00000", "anywhere"),
        ("IN", "Delhi", "560099", "bengaluru"),
    ],
)
def test_a_pin_is_more_exact_than_a_state_and_that_than_a_country(country: str, state: str, pin: str, expected: str):
    for zones in (ZONES, ZONES[::-1]):
        found = zone_for(zones, country, state, pin)
        assert found is not None
        assert found.id == expected


def test_where_no_zone_reaches_there_is_none():
    assert zone_for([SOUTH, BENGALURU], "IN", "Delhi", "110001") is None
    assert zone_for([INDIA], "NP", "Bagmati", "44600") is None
    assert zone_for([], "IN", "Delhi", "110001") is None


def test_of_two_that_name_it_alike_the_first_wins():
    twin = INDIA.model_copy(update={"id": "twin"})
    assert zone_for([INDIA, twin], "IN", "Goa", "403001") is INDIA
    assert zone_for([twin, INDIA], "IN", "Goa", "403001") is twin


@given(st.permutations(ZONES), states, pins)
def test_the_order_of_zones_does_not_matter_where_they_differ(zones: list[Zone], state: str, pin: str):
    expected = zone_for(ZONES, "IN", state, pin)
    assert zone_for(zones, "IN", state, pin) == expected


@given(st.lists(pins.flatmap(lambda pin: st.integers(1, 6).map(lambda n: pin[:n])), min_size=1, max_size=6), pins)
def test_the_longest_beginning_decides(prefixes: list[str], pin: str):
    zones = [Zone(id=f"z{n}", name=f"Z{n}", pin_prefixes=(prefix,), rates=FLAT) for n, prefix in enumerate(prefixes)]
    found = zone_for([INDIA, *zones], "IN", "Goa", pin)
    longest = max((len(prefix) for prefix in prefixes if pin.startswith(prefix)), default=0)
    assert found is not None
    assert (found is INDIA) == (longest == 0)
    assert found is INDIA or len(found.pin_prefixes[0]) == longest


@pytest.mark.parametrize("written", ["Jammu & Kashmir", "jammu and kashmir", "JK", "J & K"])
def test_states_are_known_by_their_other_names(written: str):
    zone = Zone(id="hills", name="Hills", states=(written,), rates=FLAT)
    assert zone.states == ("Jammu and Kashmir",)
    assert zone.precision("IN", "Jammu and Kashmir", "190001") == 5


def test_states_of_other_countries_are_compared_as_written():
    zone = Zone(id="gulf", name="Gulf", countries=("AE",), states=("Dubai",), rates=FLAT)
    assert zone.precision("AE", " dubai ", "") == 5
    assert zone.precision("AE", "Sharjah", "") == 0


def test_a_zone_of_pins_and_states_covers_either():
    zone = Zone(id="mixed", name="Mixed", states=("Goa",), pin_prefixes=("560",), rates=FLAT)
    assert zone.precision("IN", "Karnataka", "560001") == 13
    assert zone.precision("IN", "Goa", "403001") == 5
    assert zone.precision("IN", "Delhi", "110001") == 0


STEPS = Zone(
    id="steps",
    name="Steps",
    rates=(Rate(up_to_g=500, price=4000), Rate(up_to_g=2000, price=9000), Rate(price=20000)),
    free_above=99900,
    min_order=10000,
)


@pytest.mark.parametrize(
    ("weight", "value", "expected"),
    [
        (0, 10000, 4000),
        (500, 10000, 4000),
        (501, 10000, 9000),
        (2000, 10000, 9000),
        (2001, 99899, 20000),
        (2001, 99900, 0),
        (1, 9999, None),
    ],
)
def test_the_price_goes_by_weight_and_order_value(weight: int, value: int, expected: int | None):
    assert STEPS.price(weight, value) == expected


def test_a_parcel_too_heavy_for_the_last_rate_is_not_carried_even_for_free():
    light = Zone(id="light", name="Light", rates=(Rate(up_to_g=500, price=4000),), free_above=0)
    assert light.price(500, 100) == 0
    assert light.price(501, 10**9) is None


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_heavier_parcel_never_costs_less_where_rates_rise(one: int, other: int):
    light, heavy = sorted((one, other))
    assert (STEPS.price(light, 50_000) or 0) <= (STEPS.price(heavy, 50_000) or 0)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 21)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 2, date(2026, 11, 24)),
        (date(2026, 11, 22), 0, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 20), 8, date(2026, 11, 30)),
    ],
)
def test_couriers_rest_on_sundays(start: date, days: int, expected: date):
    assert start.weekday() == {20: 4, 21: 5, 22: 6}[start.day]
    assert working_day(start, days) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_between_start_and_delivery_lie_exactly_so_many_working_days(start: date, days: int):
    end = working_day(start, days)
    passed = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    worked = [day for day in passed if day.weekday() != SUNDAY]
    assert end.weekday() != SUNDAY
    assert len(worked) == (days or (start.weekday() == SUNDAY))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("countries", {"countries": ["India"]}),
        ("states", {"states": ["Karnatka"]}),
        ("pin_prefixes", {"pin_prefixes": ["56-"]}),
        ("pin_prefixes", {"pin_prefixes": ["5600011"]}),
        ("rates", {"rates": []}),
        ("rates", {"rates": [{"up_to_g": 0, "price": 1}, {"up_to_g": 500, "price": 2}]}),
        ("rates", {"rates": [{"up_to_g": 500, "price": 1}, {"up_to_g": 500, "price": 2}]}),
        ("rates", {"rates": [{"up_to_g": 500, "price": -1}]}),
        ("max_days", {"min_days": 7, "max_days": 6}),
        ("max_days", {"min_days": 7}),
        ("min_order", {"min_order": -1}),
        ("id", {"id": "new"}),
        ("name", {"name": "  "}),
        ("surcharge", {"surcharge": 1}),
    ],
)
def test_a_zone_that_makes_no_sense_is_refused_with_its_field(field: str, wrong: dict[str, object]):
    with pytest.raises(ValidationError) as refused:
        Zone.model_validate({"id": "z", "name": "Z", "rates": [{"price": 100}], **wrong})
    assert refused.value.errors()[0]["loc"][0] == field


@pytest.mark.parametrize("twin", [{"id": "india"}, {"name": "INDIA"}])
def test_no_two_zones_are_called_alike(twin: dict[str, str]):
    other = {"id": "other", "name": "Other", "rates": [{"price": 1}], **twin}
    with pytest.raises(ValidationError, match="Two zones are called 'india'"):
        FlatRateSettings.model_validate({"zones": [INDIA, other]})


def test_a_new_shop_can_ship_all_over_india():
    found = zone_for(FlatRateSettings().zones, "IN", "Sikkim", "737101")
    assert found is not None
    assert (found.price(400, 50_000), found.price(400, 99_900)) == (7900, 0)


@given(st.lists(st.text(max_size=90), max_size=8))
def test_every_name_gets_an_id_of_its_own(names: list[str]):
    taken: set[str] = set()
    for name in names:
        zone_id = free_id(name, taken)
        assert zone_id not in taken
        Zone(id=zone_id, name="Z", rates=FLAT)
        taken.add(zone_id)


def test_ids_read_like_the_names():
    assert free_id("South & West!", set()) == "south-west"
    assert free_id("South & West!", {"south-west"}) == "south-west-2"
    assert free_id("New", set()) == "new-2"
    assert free_id("कर्नाटक", set()) == "zone"
