"""Answers questions from the collection that is in force."""

from __future__ import annotations

import time
from typing import Final

from spoeq_core.sdk import FacetCounts, Found, SearchQuery, Shop
from spoeq_search_typesense.asking import Synonyms, Word, asked_words, replaced
from spoeq_search_typesense.client import Typesense, server_of
from spoeq_search_typesense.correcting import looking, mended
from spoeq_search_typesense.documents import peeked
from spoeq_search_typesense.querying import Question, wording
from spoeq_search_typesense.schema import fingerprint
from spoeq_search_typesense.settings import TypesenseSettings

TRUSTED: Final = 1.0
"""Seconds for which a process believes that the collection is followed."""
DEEP: Final = 2_000
"""Places in a list from which on the server is asked whether there are so many, before it sorts them."""


class TypesenseEngine:
    """The engine of one process."""

    def __init__(self) -> None:
        self._trusted: tuple[float, str] = (0.0, "")
        self._lines: tuple[str, ...] | None = None
        self._synonyms = Synonyms(())

    async def search(self, shop: Shop, query: SearchQuery) -> Found | None:
        """What matches; None while no server is named, or nobody follows the shop with a collection for its fields.

        Raises:
            ServerError: the server does not answer.
        """
        server = server_of(shop)
        if server is None or not await self._is_followed(shop):
            return None
        synonyms = self._current_synonyms(shop)
        words = asked_words(query.asked.text, synonyms)
        if query.asked.text.strip() and not words:
            return Found((), 0)
        found = await _found(server, words, query)
        if found is None or found.total or not words or query.asked.literal:
            return found
        return await _corrected(server, words, query, synonyms) or found

    def _current_synonyms(self, shop: Shop) -> Synonyms:
        lines = tuple(shop.plugin_settings(TypesenseSettings).synonyms)
        if lines != self._lines:
            self._lines, self._synonyms = lines, Synonyms(lines)
        return self._synonyms

    async def _is_followed(self, shop: Shop) -> bool:
        until, known = self._trusted
        wanted = fingerprint(shop)
        if time.monotonic() < until and known == wanted:
            return True
        state = await peeked(shop)
        if state is None or state.fingerprint != wanted or not state.is_followed(shop.clock.now()):
            return False
        self._trusted = time.monotonic() + TRUSTED, wanted
        return True


async def _found(server: Typesense, words: list[Word], query: SearchQuery, corrected: str = "") -> Found | None:
    """What matches; None if it is more than the server takes."""
    question = Question.of(wording(server.alias, words), query)
    if not question.is_short:
        return None
    page, counting = question.page(), question.counting()
    asked = query.asked
    if asked.page * asked.per_page > DEEP:
        (first,) = await server.search([page | {"page": 1, "per_page": 0}])
        if (asked.page - 1) * asked.per_page >= first["found"]:
            page |= {"page": 1, "per_page": 0}
    main, *others = await server.search([page, *counting.values()])
    ids = [hit["document"]["id"] for hit in main["hits"]]
    counts = question.counts(dict(zip(counting, others, strict=True))) if counting else FacetCounts()
    return Found(ids, main["found"], counts, corrected)


async def _corrected(server: Typesense, words: list[Word], query: SearchQuery, synonyms: Synonyms) -> Found | None:
    """What matches the words that were meant; None if filters alone leave nothing of those typed."""
    whole, *answers = await server.search([wording(server.alias, words), *looking(server.alias, words)])
    if whole["found"]:
        return None
    better = mended(words, answers, synonyms.words)
    if not better:
        return None
    text = replaced(words, better)
    meant = asked_words(text, synonyms)
    (known,) = await server.search([wording(server.alias, meant)])
    return await _found(server, meant, query, text) if known["found"] else None
