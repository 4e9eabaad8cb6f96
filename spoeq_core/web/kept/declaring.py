"""Which views are kept whole, and what of their query string they read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

V = TypeVar("V", bound=Callable[..., Any])

MOST_ARGUMENTS = 30
LONGEST_QUERY = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """What a view declares.

    Attributes:
        args: The arguments that it reads.
        prefixes: Beginnings of names that it reads (`f.`).
        never: Arguments with which it is not kept: what it answers is somebody's own, or counted.
    """

    args: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()

    def query(self, text: str) -> str | None:
        """The part of a query string that the view reads, in one order; None if the answer is not to be kept."""
        if not text:
            return ""
        try:
            pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_ARGUMENTS)
        except ValueError:
            return None
        if any(name in self.never for name, _ in pairs):
            return None
        read = [(name, value) for name, value in pairs if value and self._reads(name)]
        found = urlencode(sorted(read, key=lambda pair: pair[0]))
        return found if len(found) <= LONGEST_QUERY else None

    def _reads(self, name: str) -> bool:
        return name in self.args or name.startswith(self.prefixes)


def kept(*args: str, prefixes: Sequence[str] = (), never: Sequence[str] = ()) -> Callable[[V], V]:
    """Keep what this public view answers to GET, one copy for all guests, until something in it changes.

    The view is asked as a guest without cookies would ask: what it shows may depend on its address, on these arguments
    of the query string (the others are taken away), on the language, and on the data that it reads. Who is signed in
    is answered by the view each time.

    Args:
        args: Arguments that the view reads.
        prefixes: Beginnings of the names of those that it reads.
        never: Arguments with which nothing is kept.
    """
    declared = Kept(frozenset(args), tuple(prefixes), frozenset(never))

    def mark(view: V) -> V:
        view.__kept__ = declared  # type: ignore[attr-defined]
        return view

    return mark


def kept_of(views: Mapping[str, Callable[..., Any]], endpoint: str) -> Kept | None:
    """What the view of an endpoint declares, if it does."""
    return cast("Kept | None", getattr(views.get(endpoint), "__kept__", None))
