"""Two people changed the same form: what each changed against what both had seen, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TAKE = "take-"
LONGEST_BASE = 200_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed. `both`: whoever saves changed it too, and must choose."""

    field: str
    mine: str
    theirs: str
    both: bool


def differences(base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[Difference]:
    """The fields that are stored otherwise than when the form was opened, and not as they were typed now."""
    found = []
    for field, stored in theirs.items():
        typed, seen = mine.get(field, ""), base.get(field, "")
        if stored not in {seen, typed}:
            found.append(Difference(field, typed, stored, typed != seen))
    return found


def merged(mine: Mapping[str, str], found: list[Difference]) -> dict[str, str]:
    """What was typed, with what only the other person changed."""
    return {**mine, **{item.field: item.theirs for item in found if not item.both}}


def conflict_views(found: Sequence[Difference], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """The differences as the template shows them."""
    return [
        {
            "field": item.field,
            "label": labels.get(item.field, item.field),
            "mine": item.mine,
            "theirs": item.theirs,
            "both": item.both,
        }
        for item in found
    ]


def pack(values: Mapping[str, str]) -> str:
    """A form's values as it was opened, for a hidden field of it."""
    return json.dumps(dict(values), ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> dict[str, str]:
    """The same back; nothing if it is no such text: then every difference is told as one to choose in."""
    try:
        found = json.loads(text) if len(text) <= LONGEST_BASE else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}
