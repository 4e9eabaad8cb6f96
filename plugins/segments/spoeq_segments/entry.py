"""The form of a segment: what staff typed as a segment, and a segment as they type it."""

from __future__ import annotations

from dataclasses import replace

from spoeq_core.sdk import Faults, Form, Invalid, Shop, SpoeqError, message, parse_amount, plain_amount
from spoeq_segments.model import COUNTED, Rule, Segment, problems_of

LABELS = {
    "name": message("Name"),
    "rule": message("Who is in it"),
    "number": message("How many"),
    "amount": message("How much"),
}
"""The fields that staff change, and what they are called where two changed them."""


def entered(form: Form, shop: Shop, segment: Segment | None) -> Segment:
    """What was typed.

    Raises:
        Invalid: something of it is refused; all of it at once.
    """
    faults = Faults()
    start = segment or Segment(form.text("code"), "", currency=shop.profile.currency)
    rule = faults.of(lambda: _rule(form.text("rule")), start.rule)
    number = faults.of(lambda: form.integer("number", 0), 0) if rule in COUNTED else 0
    amount = faults.of(lambda: _amount(form.text("amount"), start.currency), 0) if rule is Rule.SPENT else 0
    known = {"number", "amount"} if faults else set()
    found = replace(start, name=" ".join(form.text("name").split()), rule=rule, number=number, amount=amount)
    faults.add([problem for problem in problems_of(found) if problem.field not in known])
    faults.raise_if_any()
    return found


def texts(segment: Segment) -> dict[str, str]:
    """What the form changes, as its fields show it."""
    return {
        "name": segment.name,
        "rule": segment.rule.value,
        "number": str(segment.number or ""),
        "amount": plain_amount(segment.amount, segment.currency) if segment.amount else "",
    }


def _rule(text: str) -> Rule:
    try:
        return Rule(text)
    except ValueError:
        raise Invalid.field("rule", "Choose who is in it.", "enum") from None


def _amount(text: str, currency: str) -> int:
    try:
        return parse_amount(text, currency) if text else 0
    except SpoeqError as error:
        raise Invalid.field("amount", error.message, "amount") from None
