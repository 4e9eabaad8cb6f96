"""What somebody sends who has no key."""

from __future__ import annotations

from collections.abc import Mapping


def forgeries(fields: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The fields without each of them, and with another value in each."""
    without = [{name: value for name, value in fields.items() if name != left} for left in fields]
    others = [{**fields, name: f"{value}0"} for name, value in fields.items()]
    return [*without, *others, *({**fields, name: "é\udcff"} for name in fields)]
