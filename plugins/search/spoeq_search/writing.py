"""Writes products into a generation of the index: all of a batch that can be written, in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tantivy import Document, IndexWriter, Query, Searcher

from spoeq_core.sdk import Entry
from spoeq_search.engine import guarded, opened
from spoeq_search.schema import document, schema

HEAP: Final = 32_000_000
"""Bytes of memory of the one thread that writes."""
MOST_REFUSED: Final = 100
"""Products that could not be indexed and are named."""

Docs = Sequence[tuple[str, Document]]


class Generation:
    """A generation that is written to. Only the holder of `Folder.writing` may do so.

    Raises:
        IndexBroken: it cannot be opened.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self._index = opened(path, schema() if new else None)
        self._fields = self._index.schema
        self._writer: IndexWriter | None = None
        self.refused: dict[str, str] = {}
        self.tells = False
        """Whether what was written since it was opened is more than what has been sold."""

    def searcher(self) -> Searcher:
        """Its last commit."""
        guarded(self._index.reload)
        return self._index.searcher()

    def touches(self) -> dict[str, str]:
        """By product what it was touched by when it was indexed, of all there are."""
        searcher = self.searcher()
        hits = searcher.search(Query.all_query(), max(searcher.num_docs, 1), count=False).hits
        docs = (searcher.doc(address) for _, address in hits)
        return {str(doc.get_first("id")): str(doc.get_first("touch")) for doc in docs}

    def touches_of(self, product_ids: Iterable[str]) -> dict[str, str]:
        """The same of these products, for those that are in it."""
        return self._stored("touch", product_ids)

    def put(self, entries: Sequence[Entry], gone: Iterable[str] = ()) -> None:
        """Index products, in place of what was known of them, and take others out; one commit.

        One that the index does not take is left out and named in `refused`.

        Raises:
            IndexBroken: nothing can be written.
        """
        docs = [(entry.product.id, doc) for entry in entries if (doc := self._document(entry)) is not None]
        gone = list(gone)
        self.tells = self.tells or bool(gone) or self._differ(docs)
        self._commit(docs, gone)

    def close(self) -> None:
        """Let others write."""
        if self._writer is not None:
            guarded(self._writer.wait_merging_threads)
            self._writer = None

    def _stored(self, name: str, product_ids: Iterable[str]) -> dict[str, str]:
        searcher, found = self.searcher(), {}
        for key in product_ids:
            for _, address in searcher.search(Query.term_query(self._fields, "id", key), 1, count=False).hits:
                found[key] = str(searcher.doc(address).get_first(name))
        return found

    def _differ(self, docs: Docs) -> bool:
        known = self._stored("essence", [key for key, _ in docs])
        return any(known.get(key) != doc.get_first("essence") for key, doc in docs)

    def _document(self, entry: Entry) -> Document | None:
        try:
            return document(entry, self._fields)
        except (ValueError, TypeError, OverflowError) as error:
            self._refuse(entry.product.id, error)
            return None

    def _commit(self, docs: Docs, gone: Sequence[str]) -> None:
        """Halves what fails until the one is found that does: its failure closes the writer and forgets the others."""
        try:
            guarded(lambda: self._write(docs, gone))
        except Exception as error:
            self._writer = None
            if len(docs) <= 1 and gone:
                self._commit((), gone)
                self._commit(docs, ())
            elif len(docs) == 1:
                self._refuse(docs[0][0], error)
            elif docs:
                half = len(docs) // 2
                self._commit(docs[:half], gone)
                self._commit(docs[half:], ())
            else:
                raise

    def _write(self, docs: Docs, gone: Sequence[str]) -> None:
        if self._writer is None:
            self._writer = self._index.writer(HEAP, 1)
        for key in (*gone, *(key for key, _ in docs)):
            self._writer.delete_documents_by_term("id", key)
        for _, doc in docs:
            self._writer.add_document(doc)
        self._writer.commit()

    def _refuse(self, key: str, error: Exception) -> None:
        if len(self.refused) < MOST_REFUSED:
            self.refused[key] = f"{type(error).__name__}: {error}"[:300]
