"""What pydantic refuses, in sentences for people: the one place where its own words become the shop's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from spoeq_core.kernel.errors import FieldError
from spoeq_core.kernel.messages import Message, message

EMPTY = message("Fill this in.")
WHOLE = message("Enter a whole number.")
NUMBER = message("Enter a number.")
TEXT = message("Enter text.")
YES_OR_NO = message("Choose yes or no.")
DATE = message("Enter a date, like 2026-11-27.")
MOMENT = message("Enter a date and a time, like 2026-11-27T18:30:00Z.")
LINK = message("Enter a web address, like https://example.com.")
FORM = message("This is not written in the form that is asked for.")
UNKNOWN = message("There is no such field.")
SEVERAL = message("Enter a list.")
PARTS = message("Enter an object.")

PLAIN: Mapping[str, Message] = {
    "missing": EMPTY,
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), WHOLE),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number", "decimal_parsing", "decimal_type"), NUMBER),
    **dict.fromkeys(("string_type", "string_unicode"), TEXT),
    **dict.fromkeys(("bool_parsing", "bool_type"), YES_OR_NO),
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_parsing"), DATE),
    **dict.fromkeys(("datetime_parsing", "datetime_type", "datetime_from_date_parsing"), MOMENT),
    **dict.fromkeys(("url_parsing", "url_type", "url_scheme", "url_syntax_violation"), LINK),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), SEVERAL),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "model_attributes_type"), PARTS),
    "string_pattern_mismatch": FORM,
    "extra_forbidden": UNKNOWN,
}
"""Sentences without a value in them, by pydantic's type of error."""


def _about(limit: str, say: Callable[[Any], Message]) -> Callable[[Mapping[str, Any]], Message]:
    return lambda context: say(context[limit])


LIMITS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "string_too_short": _about(
        "min_length", lambda n: EMPTY if n == 1 else message("Use at least %(n)s characters.", n=n)
    ),
    "string_too_long": _about("max_length", lambda n: message("Use at most %(n)s characters.", n=n)),
    "greater_than": _about("gt", lambda n: message("Enter a number above %(n)s.", n=n)),
    "greater_than_equal": _about("ge", lambda n: message("Enter %(n)s or more.", n=n)),
    "less_than": _about("lt", lambda n: message("Enter a number below %(n)s.", n=n)),
    "less_than_equal": _about("le", lambda n: message("Enter %(n)s or less.", n=n)),
    "too_short": _about("min_length", lambda n: EMPTY if n == 1 else message("Enter at least %(n)s.", n=n)),
    "too_long": _about("max_length", lambda n: message("Enter at most %(n)s.", n=n)),
    "literal_error": _about("expected", lambda all_: message("Choose one of: %(choices)s.", choices=all_)),
    "enum": _about("expected", lambda all_: message("Choose one of: %(choices)s.", choices=all_)),
}
"""Those that say a limit, from what pydantic gives with the error."""


def field_errors(error: ValidationError, prefix: str = "") -> list[FieldError]:
    """The errors field by field (`address.city`), each a sentence that catalogues know; without what was entered.

    Args:
        error: What pydantic refused.
        prefix: The object that it is about: fields are then `<prefix>.<field>`.
    """
    before = (prefix,) if prefix else ()
    return [
        FieldError(".".join(map(str, (*before, *item["loc"]))), sentence(item), item["type"])
        for item in error.errors(include_url=False, include_input=False)
    ]


def sentence(item: Mapping[str, Any]) -> str:
    """What is wrong and what to do. A validator's own words stay its own; a `Message` of it can be translated."""
    context = item.get("ctx", {})
    if item["type"] in PLAIN:
        return PLAIN[item["type"]]
    if item["type"] in LIMITS:
        return LIMITS[item["type"]](context)
    raised = context.get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Message):
        return raised.args[0]
    text = item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return text if text.endswith((".", "?", "!")) else f"{text}."
