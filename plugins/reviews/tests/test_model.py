"""Words, names, ids and first states, without a shop."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from spoeq_core.kernel.errors import Invalid
from spoeq_reviews.model import (
    LONGEST_BODY,
    LONGEST_TITLE,
    State,
    Words,
    checked,
    first_state,
    guest_key,
    review_id,
    shown_name,
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Asha Rao", "Asha R."),
        ("  asha  kumari   rao ", "asha R."),
        ("Asha", "Asha"),
        ("आशा राव", "आशा र."),
        ("", ""),
        ("\u202eevil name", "evil N."),
    ],
)
def test_a_name_is_shown_as_first_name_and_initial(name: str, shown: str):
    assert shown_name(name) == shown


def test_words_are_kept_as_they_were_meant():
    words = checked(Words(5, " Soft \r\n cotton ", "One.\r\n\r\n\r\n\r\nTwo 🙂 \x00\u202eयह बढ़िया है।"))
    assert (words.title, words.body) == ("Soft cotton", "One.\n\nTwo 🙂 यह बढ़िया है।")


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(Invalid) as caught:
        checked(Words(6, "x" * (LONGEST_TITLE + 1), " \n "))
    assert [(error.field, error.code) for error in caught.value.errors] == [
        ("rating", "range"),
        ("title", "too_long"),
        ("body", "missing"),
    ]
    with pytest.raises(Invalid):
        checked(Words(5, "Ten kilobytes", "x" * 10_000))


@given(st.text(max_size=LONGEST_BODY), st.text(max_size=LONGEST_TITLE))
def test_tidying_twice_is_tidying_once(body: str, title: str):
    try:
        once = checked(Words(3, title, body))
    except Invalid:
        return
    assert checked(once) == once
    assert "\n" not in once.title
    assert "\r" not in once.body


@given(st.text(min_size=1), st.text(min_size=1))
def test_an_id_tells_nothing_and_is_each_pairs_own(product: str, author: str):
    key = review_id(product, author)
    assert len(key) == 26
    assert key == review_id(product, author)
    assert key != review_id(product, author + "x")


def test_a_guest_is_the_same_in_all_spellings():
    assert guest_key(" Asha@Example.in") == guest_key("asha@example.in") != guest_key("ravi@example.in")


@pytest.mark.parametrize("verified", [True, False])
@pytest.mark.parametrize("rating", [1, 4, 5])
@pytest.mark.parametrize("publish_from", [0, 1, 4])
def test_only_reviews_of_buyers_are_shown_at_once_and_only_if_the_merchant_says_so(verified, rating, publish_from):
    shown = first_state(verified=verified, rating=rating, publish_from=publish_from) is State.PUBLISHED
    assert shown == (verified and publish_from > 0 and rating >= publish_from)
