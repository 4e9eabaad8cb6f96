"""The catalogue: who finds products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec, policy

if TYPE_CHECKING:
    from spoeq_core.search.model import SearchEngine


@hookspec
@policy(timeout=1.0, on_error="skip", merge="first")
def register_search_engine() -> SearchEngine | None:
    """An engine that finds products in an index of its own, for the storefront and the API.

    Each list, search and suggestion asks the engines of the enabled plugins, in hook order, until one answers; where
    none does, the database is asked. An engine that fails or is late is skipped, and after a few failures in a row not
    asked for a while. Return one object: it is kept for as long as the process lives, so it may hold what it opened.

    Example:
        >>> @hookimpl
        ... def register_search_engine() -> SearchEngine:
        ...     return MyEngine()
    """
