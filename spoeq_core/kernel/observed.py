"""A collection that says what is read from it and written to it, so that no repository can forget to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from spoeq_core.kernel.cache import note_read

READS = frozenset({"aggregate", "count_documents", "distinct", "estimated_document_count", "find", "find_one"})
MOST_NAMED = 200
"""Documents that a write names one by one; of more it says only that there were some."""

Written = Callable[[str, Sequence[str] | None], None]
Call = Callable[..., Any]


def unheard(_collection: str, _ids: Sequence[str] | None) -> None:
    """Nobody keeps anything."""


class Observed:
    """A collection with all that it can do.

    Args:
        collection: The collection.
        public: Whether its documents are shown on pages that are kept: then each write is told to `written`.
        written: Told the collection's name and the ids that a write names; None where it does not name them.
    """

    def __init__(self, collection: Any, *, public: bool, written: Written) -> None:
        self.unobserved = collection
        self._public = public
        self._written = written

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.unobserved, name)
        if name in READS:
            return self._reading(found)
        if self._public and name in _NAMED:
            return self._writing(found, _NAMED[name])
        return found

    def _reading(self, call: Call) -> Call:
        def read(*args: Any, **kwargs: Any) -> Any:
            note_read(self.unobserved.name, public=self._public)
            return call(*args, **kwargs)

        return read

    def _writing(self, call: Callable[..., Awaitable[Any]], named: Callable[[Any], Iterable[Any]]) -> Call:
        async def write(what: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return await call(what, *args, **kwargs)
            finally:  # also where it failed: a part of it, or its answer, may have been lost
                self._written(self.unobserved.name, _known(named(what)))

        return write


def _known(ids: Iterable[Any]) -> list[str] | None:
    """The ids, if all are known and not too many."""
    found = list(ids)
    known = len(found) <= MOST_NAMED and all(isinstance(each, str) for each in found)
    return found if known else None


def _of_document(document: Mapping[str, Any]) -> list[Any]:
    return [document.get("_id")]


def _of_documents(documents: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [document.get("_id") for document in documents]


def _of_query(query: Mapping[str, Any]) -> list[Any]:
    wanted = query.get("_id")
    if isinstance(wanted, Mapping) and set(wanted) == {"$in"}:
        return list(wanted["$in"])
    return [wanted]


def _of_writes(writes: Iterable[Any]) -> list[Any]:
    return [each for write in writes for each in _of_query(getattr(write, "_filter", None) or write._doc)]


_NAMED: Mapping[str, Callable[[Any], Iterable[Any]]] = {
    "insert_one": _of_document,
    "insert_many": _of_documents,
    "update_one": _of_query,
    "update_many": _of_query,
    "replace_one": _of_query,
    "delete_one": _of_query,
    "delete_many": _of_query,
    "bulk_write": _of_writes,
}
