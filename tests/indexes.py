"""Whether queries are led by an index, told from the declared ones: what a page reads must not grow with the shop.

The embedded server's `explain` says less than MongoDB does with the same indexes (it reads all that match before it
takes the first fifty, and answers no `$or` by an index), so the law is checked on what is sent and what is declared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from spoeq_core.kernel.mongo import Mongo

Keys = Sequence[tuple[str, int]]
BOUNDS = frozenset({"$eq", "$in", "$gt", "$gte", "$lt", "$lte"})
FEW = frozenset({"status", "payment_status", "fulfilment_status", "in_stock", "retired"})
"""Fields with a handful of values: each of them may be that of most documents."""


@dataclass
class Queries(CommandListener):
    """The reads that went to the database: collection, condition, order, limit."""

    seen: list[tuple[str, Mapping[str, Any], Keys, int]] = field(default_factory=list)

    def started(self, event: CommandStartedEvent) -> None:
        """Note a read."""
        command = event.command
        if event.command_name == "find":
            order = list(command.get("sort", {}).items())
            self.seen.append((command["find"], command.get("filter", {}), order, command.get("limit", 0)))
        elif event.command_name == "aggregate" and isinstance(command["aggregate"], str):
            first, second = ([*command["pipeline"], {}, {}])[:2]
            self.seen.append((command["aggregate"], first.get("$match", {}), [], second.get("$limit", 0)))

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to note."""


async def unled(mongo: Mongo, queries: Queries, *collections: str) -> list[str]:
    """The reads of these collections that no index leads, in words."""
    found = []
    for name in collections:
        known = await mongo.collection(name).index_information()
        indexes: list[Keys] = [one["key"] for one in known.values()]
        asked = [one for one in queries.seen if one[0] == name]
        assert asked, f"nothing was read of {name}"
        found += [
            f"{name}: {query} sorted by {order}, {limit} at most"
            for _, query, order, limit in asked
            if not is_led(indexes, query, order, limit)
        ]
    return found


def is_led(indexes: Sequence[Keys], query: Mapping[str, Any], order: Keys, limit: int) -> bool:
    """Whether an index leads to what matches, or to the first ones in order of all there are."""
    conditions = list(_flat(query))
    if any(_leads(indexes, name, condition) for name, condition in conditions):
        return True
    if not limit:
        return any(name in FEW and _bounded(condition) and _first(indexes, name) for name, condition in conditions)
    if any(name not in FEW for name, _ in conditions):
        return False  # the walk would pass by what does not match, perhaps all there is
    fixed = {name for name, condition in conditions if _bounded(condition) and not _is_range(condition)}
    return any(_in_order(keys, fixed, order) for keys in indexes)


def _flat(query: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, condition in query.items():
        if name == "$and":
            for part in condition:
                yield from _flat(part)
        else:
            yield name, condition


def _leads(indexes: Sequence[Keys], name: str, condition: Any) -> bool:
    if name == "$or":
        return all(any(_leads(indexes, *one) for one in _flat(part)) for part in condition)
    return name not in FEW and _bounded(condition) and _first(indexes, name)


def _first(indexes: Sequence[Keys], name: str) -> bool:
    return any(keys[0][0] == name for keys in indexes)


def _bounded(condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return True
    if "$regex" in condition:
        return str(condition["$regex"]).startswith("^") and "$options" not in condition
    return bool(BOUNDS & set(condition))


def _is_range(condition: Any) -> bool:
    return isinstance(condition, Mapping) and not {"$eq", "$in"} & set(condition)


def _in_order(keys: Keys, fixed: set[str], order: Keys) -> bool:
    """Whether an index has the wanted order behind what is fixed; none is wanted where there is no order."""
    rest = list(keys)
    while rest and rest[0][0] in fixed and (not order or rest[0][0] != order[0][0]):
        rest.pop(0)
    wanted, have = list(order), rest[: len(order)]
    return have == wanted or have == [(name, -way) for name, way in wanted]
