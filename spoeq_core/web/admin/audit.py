"""Staff pages: who did what, when, to which thing."""

from __future__ import annotations

import csv
import io
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.model import Entry
from spoeq_core.audit.service import find_entries
from spoeq_core.web.access import staff
from spoeq_core.web.admin.jobs import csv_cell
from spoeq_core.web.admin.lists import asked, chip
from spoeq_core.web.bodies import query_text
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.formats import moment_text
from spoeq_core.web.storefront.filters import link
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_audit", __name__)

PATH = "/admin/audit"
PER_PAGE = 50
EXPORTED = 5_000
NAMES = ("target", "actor")


@blueprint.get("/audit")
@staff("audit.view")
async def index() -> Response:
    """Entries, newest first: all, those about a thing, or those of a person."""
    now = asked(NAMES)
    found = await _find(now, before=query_text("cursor"), limit=PER_PAGE + 1)
    shown = found[:PER_PAGE]
    return await render(
        "admin",
        "pages/audit.html",
        page=page("Audit log"),
        entries=[_row(entry) for entry in shown],
        chips=[chip(name, PATH, now, name, value=_who(shown, now[name])) for name in now],
        now=now,
        csv_url=link(f"{PATH}.csv", now),
        next_url=link(PATH, {**now, "cursor": shown[-1].id}) if len(found) > PER_PAGE else "",
    )


@blueprint.get("/audit.csv")
@staff("audit.view")
async def export() -> Response:
    """The newest entries of the same list, for a spreadsheet; times in the shop's zone and in UTC."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["time", "utc", "by", "action", "thing", "detail", "address"])
    for entry in await _find(asked(NAMES), before="", limit=EXPORTED):
        detail = "; ".join(f"{change['name']}: {change['text']}" for change in _changes(entry))
        when = (moment_text(entry.at), entry.at.isoformat())
        cells = (*when, entry.actor_name, entry.action, entry.target, detail, entry.ip)
        writer.writerow([csv_cell(cell) for cell in cells])
    response = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit-log.csv"'
    return response


async def _find(now: dict[str, str], *, before: str, limit: int) -> list[Entry]:
    target, actor = now.get("target"), now.get("actor")
    return await find_entries(current_shop(), target=target, actor_id=actor, before=before, limit=limit)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "by": entry.actor_name or entry.actor_id,
        "by_url": link(PATH, {"actor": entry.actor_id}),
        "action": entry.action,
        "target": entry.target,
        "target_url": link(PATH, {"target": entry.target}),
        "changes": _changes(entry),
        "ip": entry.ip,
    }


def _changes(entry: Entry) -> list[dict[str, str]]:
    """The entry's detail as lines: a pair `[before, after]` as both, everything else as text."""
    return [{"name": name, "text": _text(value)} for name, value in entry.detail.items()]


def _text(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - before and after
        return f"{_plain(value[0])} → {_plain(value[1])}"
    return _plain(value)


def _plain(value: Any) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 200 else f"{text[:200]}…"  # noqa: PLR2004 - a line, not a page


def _who(entries: list[Entry], text: str) -> str:
    return next((entry.actor_name for entry in entries if entry.actor_id == text and entry.actor_name), text)
