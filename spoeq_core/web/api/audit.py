"""JSON: who did what, for staff."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.model import Entry
from spoeq_core.audit.service import find_entries
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import is_id
from spoeq_core.web.access import staff
from spoeq_core.web.api.shapes.staff import AuditLog
from spoeq_core.web.bodies import json_response, query_int, query_text
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import CURSOR, PER_PAGE, operation

blueprint = Blueprint("api_audit", __name__)


@blueprint.get("/admin/audit-log")
@staff("audit.view")
@operation(
    "Who did what, newest first",
    tags=["Admin"],
    query={
        "target": "Only about this thing, as in `order:01J…`",
        "actor": "Only by the account of this id",
        "cursor": CURSOR,
        "per_page": PER_PAGE,
    },
    responses={200: AuditLog},
)
async def index() -> Response:
    """A page of the audit log."""
    size, cursor = query_int("per_page", 50, minimum=1, maximum=100), query_text("cursor")
    if cursor and not is_id(cursor):
        raise Invalid.field("cursor", "This is not a cursor that the audit log gave.", "cursor")
    found = await find_entries(
        current_shop(),
        target=query_text("target") or None,
        actor_id=query_text("actor") or None,
        before=cursor,
        limit=size + 1,
    )
    following = found[size - 1].id if len(found) > size else None
    return json_response({"items": [_entry(entry) for entry in found[:size]], "next": following})


def _entry(entry: Entry) -> dict[str, Any]:
    view = asdict(entry)
    del view["version"]
    return view
