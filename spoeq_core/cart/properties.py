"""Line properties: what a shopper may say about a line, as the plugins declare it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from spoeq_core.hooks.contributions import LineProperty
from spoeq_core.kernel.errors import FieldError, Invalid
from spoeq_core.kernel.messages import message


def checked(given: Mapping[str, str], declared: Iterable[LineProperty]) -> dict[str, str]:
    """The properties, stripped and without empty ones.

    Raises:
        Invalid: one is not declared, too long, or does not match its pattern; each under `properties.<name>`.
    """
    known = {declaration.name: declaration for declaration in declared}
    errors: list[FieldError] = []
    values: dict[str, str] = {}
    for name, text in given.items():
        value = text.strip()
        problem = _problem(known.get(name), name, value)
        if problem:
            errors.append(FieldError(f"properties.{name}", *problem))
        elif value:
            values[name] = value
    if errors:
        raise Invalid("The item cannot be made like this.", errors=errors)
    return values


def _problem(declared: LineProperty | None, name: str, value: str) -> tuple[str, str] | None:
    if declared is None:
        return f"This shop takes no {name!r} for an item.", "unknown_property"
    if len(value) > declared.max_length:
        return message("%(label)s: at most %(n)s characters.", label=declared.label, n=declared.max_length), "too_long"
    if value and declared.pattern and not re.fullmatch(declared.pattern, value):
        return f"{declared.label}: {declared.hint or 'this is not in the right form.'}", "pattern"
    return None
