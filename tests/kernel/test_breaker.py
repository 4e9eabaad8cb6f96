"""Breakers: closed, open, half open, and shared between processes."""

from __future__ import annotations

import pytest

from spoeq_core.kernel.breaker import LONGEST_PAUSE, Breakers, Key

KEY: Key = ("courier", "shipping_options")
START = 1_000.0


class Hands:
    """A clock that the tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def changes() -> list[tuple[Key, float]]:
    return []


@pytest.fixture
def breakers(hands: Hands, changes: list[tuple[Key, float]]) -> Breakers:
    made = Breakers(now=hands, limit=3, pause=10)
    made.on_change = lambda key, until: changes.append((key, until))
    return made


def fail(breakers: Breakers, times: int = 3) -> None:
    for _ in range(times):
        assert breakers.admits(KEY)
        breakers.failed(KEY)


def test_it_opens_after_failures_in_a_row(breakers: Breakers, changes: list[tuple[Key, float]]):
    fail(breakers, 2)
    breakers.succeeded(KEY)
    fail(breakers, 2)
    assert breakers.open_until() == {}, "a success in between starts the count again"
    fail(breakers, 1)
    assert breakers.open_until() == {KEY: START + 10}
    assert not breakers.admits(KEY)
    assert breakers.admits(("courier", "another")), "another hook of the plugin is asked"
    assert changes == [(KEY, START + 10)]


def test_after_the_pause_one_is_let_through_and_closes_it(
    breakers: Breakers, hands: Hands, changes: list[tuple[Key, float]]
):
    fail(breakers)
    hands.now += 10
    assert breakers.admits(KEY)
    assert not breakers.admits(KEY), "the others wait for the outcome"
    breakers.succeeded(KEY)
    assert breakers.admits(KEY)
    assert breakers.open_until() == {}
    assert changes[-1] == (KEY, 0.0)


def test_a_failed_trial_doubles_the_pause_up_to_a_limit(breakers: Breakers, hands: Hands):
    fail(breakers)
    pauses = []
    for _ in range(9):
        hands.now = breakers.open_until()[KEY]
        assert breakers.admits(KEY)
        breakers.failed(KEY)
        pauses.append(breakers.open_until()[KEY] - hands.now)
    assert pauses == [20, 40, 80, 160, 320, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_trial_without_outcome_lets_the_next_one_try(breakers: Breakers, hands: Hands):
    fail(breakers)
    hands.now += 10
    assert breakers.admits(KEY)
    breakers.released(KEY)
    assert breakers.admits(KEY)


def test_what_others_opened_is_open_and_what_they_closed_is_closed(breakers: Breakers, hands: Hands):
    breakers.adopt({KEY: START + 5})
    assert not breakers.admits(KEY)
    hands.now += 5
    assert breakers.admits(KEY)
    breakers.failed(KEY)
    assert breakers.open_until() == {KEY: START + 5 + 20}
    breakers.adopt({})
    assert breakers.admits(KEY)


def test_failures_that_opened_nothing_survive_a_look_at_the_others(breakers: Breakers):
    fail(breakers, 2)
    breakers.adopt({})
    fail(breakers, 1)
    assert not breakers.admits(KEY)


def test_staff_close_all_of_a_plugin(breakers: Breakers):
    fail(breakers)
    breakers.reset("another")
    assert not breakers.admits(KEY)
    breakers.reset("courier")
    assert breakers.admits(KEY)
