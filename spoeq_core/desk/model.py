"""A saved view: a list with its filters, under a name, of one's own or shared with everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LONGEST_NAME = 40
LONGEST_QUERY = 2000
MOST_VIEWS = 20
"""Views that one person may keep for one list."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list as somebody wants to find it again.

    Attributes:
        board: Which list: "orders", "products".
        query: The query string of its address, sorted, without the page one was at.
        owner_id: Whose it is.
        shared: Whether everybody who may see the list sees it.
    """

    id: str
    board: str
    name: str
    query: str
    owner_id: str
    owner_name: str
    created_at: datetime
    shared: bool = False
    version: int = 1
