"""What staff may enter, and how links and topics are ordered: pure rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spoeq_pages.model import (
    Link,
    Page,
    Place,
    Question,
    by_topic,
    links_in,
    refusals_of_page,
    refusals_of_question,
    with_former,
)

GOOD = Page("1", "shipping", "Shipping", "We deliver.", published=True)
ASKED = Question("1", "Payment", "How?", "With UPI.", published=True)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"title": ""}, "title", "missing"),
        ({"title": "  "}, "title", "missing"),
        ({"title": "x" * 300}, "title", "too_long"),
        ({"title": "a\x07b"}, "title", "control"),
        ({"slug": ""}, "slug", "pattern"),
        ({"slug": "Shipping"}, "slug", "pattern"),
        ({"slug": "a--b"}, "slug", "pattern"),
        ({"slug": "../admin"}, "slug", "pattern"),
        ({"slug": "a\n"}, "slug", "pattern"),
        ({"slug": "x" * 81}, "slug", "pattern"),
        ({"body": ""}, "body", "missing"),
        ({"body": "x" * 100_001}, "body", "too_long"),
        ({"description": "x" * 301}, "description", "too_long"),
        ({"position": -1}, "position", "range"),
        ({"position": 1000}, "position", "range"),
    ],
)
def test_a_page_is_refused_field_by_field(change: dict[str, object], field: str, code: str):
    (found,) = refusals_of_page(replace(GOOD, **change))
    assert (found.field, found.code) == (field, code)


def test_good_ones_and_empty_drafts_are_accepted():
    assert refusals_of_page(GOOD) == []
    assert refusals_of_page(replace(GOOD, body="", published=False)) == []
    assert refusals_of_page(replace(GOOD, title="x" * 150, body="x" * 100_000, position=0)) == []
    assert refusals_of_question(ASKED) == []
    assert refusals_of_question(replace(ASKED, answer="", published=False)) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "x" * 61}, "topic"),
        ({"question": "x" * 201}, "question"),
        ({"answer": ""}, "answer"),
        ({"answer": "x" * 10_001}, "answer"),
        ({"position": 10**9}, "position"),
    ],
)
def test_a_question_is_refused_field_by_field(change: dict[str, object], field: str):
    (found,) = refusals_of_question(replace(ASKED, **change))
    assert found.field == field


def test_several_faults_are_told_at_once():
    found = refusals_of_page(replace(GOOD, title="", slug="?", position=-5))
    assert [item.field for item in found] == ["title", "slug", "position"]


@pytest.mark.parametrize(
    ("former", "before", "after", "now"),
    [
        ((), "a", "a", ()),
        ((), "a", "b", ("a",)),
        (("a",), "b", "c", ("a", "b")),
        (("a",), "b", "a", ("b",)),
        (tuple("cdefghijklmnopqrstuv"), "a", "b", (*"defghijklmnopqrstuv", "a")),
    ],
)
def test_a_page_is_found_where_it_was(former: tuple[str, ...], before: str, after: str, now: tuple[str, ...]):
    assert with_former(former, before, after) == now


def test_topics_stand_where_their_first_question_does():
    asked = [
        replace(ASKED, id="1", topic="B", question="b2", position=30),
        replace(ASKED, id="2", topic="A", question="a1", position=20),
        replace(ASKED, id="3", topic="B", question="b1", position=10),
        replace(ASKED, id="4", topic="B", question="B0", position=30),
    ]
    topics = by_topic(asked)
    assert [(topic.name, [q.question for q in topic.questions]) for topic in topics] == [
        ("B", ["b1", "B0", "b2"]),
        ("A", ["a1"]),
    ]
    assert [topic.anchor for topic in topics] == ["topic-1", "topic-2"]


def test_links_of_a_place_are_in_order():
    links = [Link("b", "B", Place.HELP, 10), Link("a", "A", Place.HELP, 10), Link("c", "C", Place.HELP, 5)]
    assert [link.slug for link in links_in([*links, Link("d", "D", Place.LEGAL)], Place.HELP)] == ["c", "a", "b"]
