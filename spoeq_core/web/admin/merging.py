"""Two people changed the same form: what each changed against what both had seen, field by field."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from spoeq_core.kernel.errors import Conflict
from spoeq_core.web.bodies import Form
from spoeq_core.web.languages import translate

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


class BothChanged(Conflict):
    """Somebody else changed the same fields meanwhile."""

    def __init__(self, found: list[Difference]) -> None:
        super().__init__("Somebody else changed the same fields meanwhile.", hint="Choose, and save again.")
        self.found = found

    def taken_over(self, form: Form) -> dict[str, str]:
        """What was typed, with what only the other person changed."""
        return merged(form.as_dict(), self.found)


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


def settled(form: Form, mine: Mapping[str, str], stored: Mapping[str, str]) -> Form:
    """The form as it is to be stored: as typed, but for what only somebody else changed or whose version was chosen.

    Args:
        form: What was sent: with a hidden `base`, as `conflict_state` gives it, and `take-<field>` where one chose.
            A form without `base` is taken whole.
        mine: What was typed, as the same texts that `stored` has.
        stored: What is stored now.

    Raises:
        BothChanged: both changed a field, and the form does not say whose counts.
    """
    if "base" not in form:
        return form
    chosen = {name: text for name, text in stored.items() if form.text(f"{TAKE}{name}") == "theirs"}
    found = [item for item in differences(unpack(form.text("base")), mine, stored) if item.field not in chosen]
    if any(item.both for item in found):
        raise BothChanged(found)
    return Form(MultiDict({**merged(form.as_dict(), found), **chosen}))


def conflict_state(
    stored: Mapping[str, str] | None,
    labels: Mapping[str, str],
    conflict: BothChanged | None = None,
    *,
    shown: Mapping[str, Any],
) -> dict[str, Any]:
    """What a template needs: `base` for a hidden field of the form, `conflicts` for `admin.conflict_panel`.

    Args:
        stored: The values of the form as they are stored, as text; None for what is not stored yet.
        labels: What the fields are called; they are translated.
        conflict: What both changed, if somebody has to choose.
        shown: The values that the form is shown with. A form that comes again with errors keeps the `base` of these:
            it compares with what was stored when it was opened.
    """
    if stored is None:
        return {"base": "", "conflicts": []}
    found = conflict.found if conflict else []
    opened = None if conflict else shown.get("base")
    named = {item.field: translate(labels.get(item.field, item.field)) for item in found}
    return {"base": opened or pack(stored), "conflicts": conflict_views(found, named)}


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
