"""What pydantic refuses is told in sentences that catalogues know, field by field, without what was entered."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator

from spoeq_core.kernel.messages import Message, message
from spoeq_core.kernel.validation import field_errors


class Inner(BaseModel):
    city: str = Field(min_length=1)


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")

    whole: int = Field(5, ge=1, le=9)
    above: float = Field(5, gt=0, lt=10)
    price: Decimal = Decimal(1)
    text: str = Field("abc", min_length=3, max_length=5)
    name: str = Field("a", min_length=1)
    code: str = Field("A", pattern="^[A-Z]$")
    flag: bool = False
    day: date = date(2026, 1, 1)
    at: datetime = datetime(2026, 1, 1)
    link: HttpUrl | None = None
    choice: Literal["red", "blue"] = "red"
    many: tuple[int, ...] = Field((1,), min_length=1, max_length=2)
    inner: Inner = Inner(city="Mysuru")
    own: str = ""

    @field_validator("own")
    @classmethod
    def _own(cls, text: str) -> str:
        if text == "plain":
            raise ValueError("Not this one")
        if text:
            raise ValueError(message("“%(text)s” is taken.", text=text))
        return text


def refused(**values: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate(values)
    return [(error.field, str(error.message)) for error in field_errors(caught.value)]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("whole", "x", "Enter a whole number."),
        ("whole", 1.5, "Enter a whole number."),
        ("whole", 0, "Enter 1 or more."),
        ("whole", 10, "Enter 9 or less."),
        ("above", 0, "Enter a number above 0.0."),
        ("above", 10, "Enter a number below 10.0."),
        ("price", "many", "Enter a number."),
        ("text", "ab", "Use at least 3 characters."),
        ("text", "abcdef", "Use at most 5 characters."),
        ("text", 5, "Enter text."),
        ("name", "", "Fill this in."),
        ("code", "a", "This is not written in the form that is asked for."),
        ("flag", "perhaps", "Choose yes or no."),
        ("day", "soon", "Enter a date, like 2026-11-27."),
        ("at", "soon", "Enter a date and a time, like 2026-11-27T18:30:00Z."),
        ("link", "nowhere", "Enter a web address, like https://example.com."),
        ("choice", "green", "Choose one of: 'red' or 'blue'."),
        ("many", [], "Fill this in."),
        ("many", [1, 2, 3], "Enter at most 2."),
        ("own", "plain", "Not this one."),
        ("own", "KUR", "“KUR” is taken."),
        ("other", 1, "There is no such field."),
    ],
)
def test_each_fault_has_its_sentence(field: str, value: object, words: str):
    assert refused(**{field: value}) == [(field, words)]


def test_parts_are_named_by_their_path_and_a_prefix():
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({"inner": {}, "many": [1, "x"]})
    assert [error.field for error in field_errors(caught.value, "ext.gift")] == [
        "ext.gift.many.1",
        "ext.gift.inner.city",
    ]


def test_a_sentence_with_values_can_be_translated():
    with pytest.raises(ValidationError) as caught:
        Everything.model_validate({"whole": 0, "own": "KUR"})
    said = [error.message for error in field_errors(caught.value)]
    assert all(isinstance(text, Message) for text in said)
    assert [text.msgid for text in said if isinstance(text, Message)] == [
        "Enter %(n)s or more.",
        "“%(text)s” is taken.",
    ]
