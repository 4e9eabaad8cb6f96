"""Words of products and of shoppers: folded, cut from their plurals, weighed, and what they mean besides."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from spoeq_search.asking import MOST_SLOTS, Synonyms, replaced, slots_of
from spoeq_search.correcting import distance
from spoeq_search.settings import SYNONYMS, SearchSettings
from spoeq_search.words import LONGEST, folded, measures, stem, terms_of, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KURTA", "kurta"),
        ("Kūrta", "kurta"),
        ("\uff2b\uff55\uff52\uff54\uff41", "kurta"),
        ("क़मीज़", "कमीज"),
        ("चाँदी", "चांदी"),
        ("१२३", "123"),
        ("sha\u200dwl", "shawl"),
        ("1,00,000", "100000"),
    ],
)
def test_what_reads_alike_is_one(one: str, other: str):
    assert words_of(one) == [other]


def test_hindi_words_stay_whole():
    assert words_of("नीला कुर्ता, शर्ट") == ["नीला", "कुर्ता", "शर्ट"]


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("kurtas", "kurta"),
        ("sarees", "saree"),
        ("boxes", "box"),
        ("dresses", "dress"),
        ("watches", "watch"),
        ("berries", "berry"),
        ("brass", "brass"),
        ("cactus", "cactus"),
        ("gas", "gas"),
        ("b12s", "b12s"),
        ("कपड़ेs", "कपड़ेs"),
    ],
)
def test_plurals_fall_off(plural: str, singular: str):
    assert stem(plural) == singular


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1kg", ["1000g"]),
        ("1 kg", ["1000g"]),
        ("1000 g", ["1000g"]),
        ("1000gm", ["1000g"]),
        ("१ किलो", ["1000g"]),
        ("0.5 l", ["500ml"]),
        ("500ml", ["500ml"]),
        ("1,000 grams", ["1000g"]),
        ("30 cm x 12 inch", ["300mm", "304.8mm"]),
        ("kg", []),
        ("5 goats", []),
        ("1.2.3 kg", []),
        ("iphone 12 mini", []),
        ("9999999999 kg", []),
        ("2 ग्रामीण", []),
    ],
)
def test_weights_and_sizes(text: str, expected: list[str]):
    assert [term for _, term in measures(folded(text))] == expected


def test_synonyms_may_be_several_words_and_the_longest_wins():
    synonyms = Synonyms(["tee, t-shirt, tshirt", "shirt, शर्ट", ", ,", "alone"])
    (slot,) = slots_of("T-Shirts", synonyms)
    assert slot.typed == ("t", "shirts")
    assert slot.meant == (("t", "shirt"), ("tee",), ("tshirt",))
    (slot,) = slots_of("शर्ट", synonyms)
    assert slot.meant == (("शर्ट",), ("shirt",))


def test_small_words_count_only_where_there_are_no_others():
    none = Synonyms(())
    assert [slot.typed for slot in slots_of("shirt for the men", none)] == [("shirt",), ("men",)]
    assert [slot.typed for slot in slots_of("for the", none)] == [("for",), ("the",)]
    assert [slot.typed for slot in slots_of("1 kg of", none)] == [("1 kg",)]


def test_a_question_is_written_with_what_replaces_its_words():
    slots = slots_of("Blue khurta 1 kg", Synonyms(()))
    assert replaced(slots, {"khurta": "kurta"}) == "1 kg blue kurta"


@given(st.text(max_size=200))
def test_no_text_is_too_much(text: str):
    slots = slots_of(text, Synonyms(SYNONYMS))
    assert len(slots) <= MOST_SLOTS
    assert all(len(word) <= LONGEST for word in words_of(text))
    assert words_of(folded(text)) == words_of(text)
    assert all(not word.isspace() and word for word in terms_of(text))


@given(st.text("abcdकि", max_size=8), st.text("abcdकि", max_size=8))
def test_distance_is_that_of_optimal_string_alignment(left: str, right: str):
    found = distance(left, right, 8)
    assert found == distance(right, left, 8)
    assert (found == 0) is (left == right)
    assert abs(len(left) - len(right)) <= found <= max(len(left), len(right))
    assert min(found, 2) == min(distance(left, right, 1), 2)


def test_a_swap_is_one_slip():
    assert distance("krutas", "kurtas", 2) == 1
    assert distance("kurta", "skirt", 2) == 3


def test_groups_need_two_words():
    with pytest.raises(ValueError, match="apart by commas"):
        SearchSettings(synonyms=["tee"])
    assert SearchSettings(synonyms=["", "  ", "tee, tshirt"]).synonyms == ["tee, tshirt"]
    assert SearchSettings().synonyms == SYNONYMS
