"""What staff's lists have in common: everything of them is in their address, and addresses are kept as views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from quart import request

from spoeq_core.desk.model import SavedView
from spoeq_core.web.access import Actor
from spoeq_core.web.storefront.filters import link

LONGEST = 300
PASSING = frozenset({"cursor", "page", "partial"})
"""Parts of a list's address that say where one is in it, not what it shows."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A view that every shop has: the key of its name, and the query it stands for."""

    key: str
    query: Mapping[str, str] = field(default_factory=dict)


def asked(names: Sequence[str]) -> dict[str, str]:
    """The list's own part of the query string, without what is empty."""
    given = {name: ",".join(filter(None, request.args.getlist(name))) for name in names}
    return {name: text.replace("\0", "").strip()[:LONGEST] for name, text in given.items() if text.strip("\0 ")}


def query_of(values: Mapping[str, str]) -> str:
    """The values as a sorted query string, without where one is in the list: the same text for the same list."""
    return urlencode(sorted((name, value) for name, value in values.items() if value and name not in PASSING))


def read_query(text: str, names: Sequence[str]) -> dict[str, str]:
    """The known values of a query string."""
    return {name: value for name, value in parse_qsl(text)[:50] if name in names and value}


def tab_views(
    path: str, tabs: Sequence[Tab], saved: Sequence[SavedView], now: Mapping[str, str], counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The list's tabs: those that every shop has, then the saved ones; the one that is shown is marked."""
    here = query_of({name: value for name, value in now.items() if name != "cols"})
    views: list[dict[str, Any]] = [
        {
            "key": tab.key,
            "label": "",
            "url": link(path, {**tab.query, "cols": now.get("cols", "")}),
            "active": query_of(tab.query) == here,
            "count": counts.get(tab.key),
        }
        for tab in tabs
    ]
    whole = query_of(now)
    views += [
        {
            "key": "",
            "label": view.name,
            "url": f"{path}?{view.query}" if view.query else path,
            "active": view.query == whole,
            "count": None,
            "shared": view.shared,
            "id": view.id,
            "owner_id": view.owner_id,
            "owner": view.owner_name,
        }
        for view in saved
    ]
    return views


def own_view(views: Sequence[Mapping[str, Any]], actor: Actor) -> Mapping[str, Any] | None:
    """The saved view that is shown, if whoever looks may remove it."""
    shown = next((view for view in views if view["active"] and view.get("id")), None)
    mine = shown is not None and (shown["owner_id"] == actor.id or actor.may("settings.manage"))
    return shown if mine else None


def chip(label: str, path: str, now: Mapping[str, str], *names: str, value: str = "") -> dict[str, str]:
    """A filter in use, and the address of the list without it."""
    rest = {name: text for name, text in now.items() if name not in names}
    return {"key": label, "value": value, "remove_url": link(path, rest)}


def day_of(text: str) -> date | None:
    """A day as browsers send it, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def back_to(path: str) -> str:
    """The list as it was when staff came from it, else its first page."""
    came = urlsplit(request.headers.get("Referer", ""))
    return f"{path}?{came.query}" if came.path == path and came.query else path
