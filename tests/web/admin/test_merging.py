"""What a form that two people have open compares with."""

from __future__ import annotations

from spoeq_core.web.admin.merging import BothChanged, conflict_state, differences, pack, unpack

STORED, LABELS = {"name": "Theirs", "days": "3"}, {"name": "Called"}
OPENED = pack({"name": "Seen", "days": "3"})


def test_a_form_compares_with_what_was_stored_when_it_was_opened() -> None:
    assert conflict_state(None, LABELS, shown={"base": OPENED}) == {"base": "", "conflicts": []}
    assert conflict_state(STORED, LABELS, shown=STORED) == {"base": pack(STORED), "conflicts": []}
    again = conflict_state(STORED, LABELS, shown={"name": "", "base": OPENED})
    assert again == {"base": OPENED, "conflicts": []}, "it comes again with errors"


def test_who_has_to_choose_has_seen_what_is_stored() -> None:
    found = differences(unpack(OPENED), {"name": "Mine", "days": "3"}, STORED)
    told = conflict_state(STORED, LABELS, BothChanged(found), shown={"name": "Mine", "base": OPENED})
    assert told["base"] == pack(STORED)
    assert [(it["field"], it["label"], it["theirs"]) for it in told["conflicts"]] == [("name", "Called", "Theirs")]
