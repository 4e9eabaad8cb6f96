"""Answers questions from the index that is in force, and follows it as it changes."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from tantivy import Index, Query, Schema, Searcher

from spoeq_core.sdk import FacetCounts, Found, SearchQuery, Shop, Sort, facet_names
from spoeq_search.asking import Slot, Synonyms, replaced, slots_of
from spoeq_search.correcting import mended
from spoeq_search.counting import counts
from spoeq_search.files import Folder, folder_of
from spoeq_search.ordering import by_field, by_score
from spoeq_search.querying import Wording, both, fixed, narrowing
from spoeq_search.schema import VERSION
from spoeq_search.settings import SearchSettings

T = TypeVar("T")

SEGMENT: Final = re.compile(r"[0-9a-f]{32}\.")
"""How the names of the files begin that are mapped into memory: written once, and never shorter again.

The others in the folder, the lists of what there is and how far it has followed, are written anew.
"""


class IndexBroken(Exception):
    """The index is cut, or says what cannot be."""


def fingerprint(shop: Shop) -> str:
    """What an index must have been built for to answer this shop's questions."""
    return f"{VERSION} {' '.join(facet_names(shop))}".strip()


class Snapshot:
    """An open generation; each question sees its last commit.

    Raises:
        IndexBroken: it cannot be opened.
    """

    def __init__(self, generation: Path) -> None:
        self.generation = generation
        self._commit = self._committed()  # a later one is seen as such
        self._index = opened(generation)
        self._sizes = self._found()

    @property
    def fields(self) -> Schema:
        """Its fields."""
        return self._index.schema

    def searcher(self) -> Searcher:
        """The last commit, to be asked.

        Raises:
            IndexBroken: a file of it was cut since: to read on would kill the process.
        """
        commit = self._committed()
        if commit != self._commit:
            guarded(self._index.reload)
            self._commit, self._sizes = commit, self._found()
        elif any(size < self._sizes.get(name, 0) for name, size in self._found().items()):
            raise IndexBroken("a file of the index was cut")
        return self._index.searcher()

    def _committed(self) -> tuple[int, int]:
        try:
            found = (self.generation / "meta.json").stat()
        except OSError as error:
            raise IndexBroken(f"the index is gone ({error.strerror})") from None
        return found.st_mtime_ns, found.st_ino

    def _found(self) -> dict[str, int]:
        sizes = {}
        with suppress(OSError):
            for path in self.generation.iterdir():
                if SEGMENT.match(path.name):
                    with suppress(OSError):  # merged away between the two
                        sizes[path.name] = path.stat().st_size
        return sizes


def opened(generation: Path, new: Schema | None = None) -> Index:
    """An index that is there, or a new one; another commit is seen by `reload`.

    By itself it would look for one in a thread of its own, in which nothing is guarded.

    Raises:
        IndexBroken: it cannot be opened.
    """
    index = guarded(lambda: Index(new, path=str(generation)) if new else Index.open(str(generation)))
    guarded(lambda: index.config_reader("manual"))
    return index


def guarded(work: Callable[[], T]) -> T:
    """What the index says; all that it fails with is one error, its panics too, which Python takes for exits.

    Raises:
        IndexBroken: it failed.
    """
    try:
        return work()
    except IndexBroken:
        raise
    except Exception as error:
        raise IndexBroken(str(error)) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise IndexBroken(f"the index panicked: {error}") from None
        raise


class TantivyEngine:
    """The engine of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._lines: tuple[str, ...] | None = None
        self._synonyms = Synonyms(())

    async def search(self, shop: Shop, query: SearchQuery) -> Found | None:
        """What matches; None while there is no index for this shop's fields, or nobody follows the shop with it.

        Raises:
            IndexBroken: it is cut; the worker builds another.
        """
        slots = slots_of(query.asked.text, self._current_synonyms(shop))
        if query.asked.text.strip() and not slots:
            return Found((), 0)
        return await asyncio.to_thread(self._answer, folder_of(shop), fingerprint(shop), query, slots)

    def _answer(self, folder: Folder, wanted: str, query: SearchQuery, slots: list[Slot]) -> Found | None:
        current = folder.current()
        if current is None or current.fingerprint != wanted or folder.is_broken(current):
            return None
        generation = folder.generation(current)
        if not folder.is_followed(generation):
            return None
        try:
            with self._lock:
                snapshot = self._opened(generation)
                searcher = snapshot.searcher()
            return guarded(Question(searcher, snapshot.fields, query, self._synonyms, slots).answer)
        except IndexBroken:
            self._snapshot = None
            if folder.current() != current:  # another was put in force, and this one swept away, in the midst of it
                return self._answer(folder, wanted, query, slots)
            folder.give_up(current)
            raise

    def _opened(self, generation: Path) -> Snapshot:
        if self._snapshot is None or self._snapshot.generation != generation:
            self._snapshot = Snapshot(generation)
        return self._snapshot

    def _current_synonyms(self, shop: Shop) -> Synonyms:
        lines = tuple(shop.plugin_settings(SearchSettings).synonyms)
        if lines != self._lines:
            self._lines, self._synonyms = lines, Synonyms(lines)
        return self._synonyms


class Question:
    """One question to one state of the index."""

    def __init__(
        self, searcher: Searcher, fields: Schema, query: SearchQuery, synonyms: Synonyms, slots: list[Slot]
    ) -> None:
        self._searcher, self._fields, self._query, self._synonyms = searcher, fields, query, synonyms
        self._wording = Wording(searcher, fields, query.asked.text, slots)

    def answer(self) -> Found:
        """What matches the words; if nothing does, what matches those that were meant."""
        found = self._found(self._wording)
        if found.total or not self._wording.slots or self._query.asked.literal or self._any(self._wording):
            return found
        better = mended(self._searcher, self._fields, self._wording, self._synonyms.words)
        if not better:
            return found
        text = replaced(self._wording.slots, better)
        wording = Wording(self._searcher, self._fields, text, slots_of(text, self._synonyms))
        return self._found(wording, text) if self._any(wording) else found

    def _any(self, wording: Wording) -> bool:
        """Whether anything matches the words, whatever else is asked for."""
        return bool(self._searcher.search(wording.query(), 1, count=False).hits)

    def _found(self, wording: Wording, corrected: str = "") -> Found:
        asked = self._query.asked
        words = wording.query() if wording.slots else Query.all_query()
        base = both(words, fixed(self._fields, asked, self._query.category_ids))
        conditions = narrowing(self._fields, asked)
        matching = both(base, conditions.values())
        total = how_many(self._searcher, matching)
        start = (asked.page - 1) * asked.per_page
        stop = min(start + asked.per_page, total)
        ids = self._ids(matching, bool(wording.slots), stop)[start:] if start < stop else []
        counted = counts(self._searcher, base, conditions) if self._query.counted else FacetCounts()
        return Found(ids, total, counted, corrected)

    def _ids(self, matching: Query, worded: bool, stop: int) -> list[str]:
        sort = self._query.asked.sort
        if worded and sort is Sort.RELEVANCE:
            return by_score(self._searcher, matching, stop)
        return by_field(self._searcher, self._fields, matching, sort, stop)


def how_many(searcher: Searcher, query: Query) -> int:
    """How many match; the library does not declare that its answers know."""
    return int(cast("Any", searcher.search(query, 1)).count)
