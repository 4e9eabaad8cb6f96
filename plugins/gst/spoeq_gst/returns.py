"""Staff download: the tables of a month for GSTR-1, as CSV."""

from __future__ import annotations

import csv
import io
import re

from quart import Blueprint, Response

from spoeq_core.sdk import Invalid, current_actor, current_shop, query_text, record, staff
from spoeq_gst.documents import PaperRepository
from spoeq_gst.model.returns import TABLES, table

PERMISSION = "gst.export"
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

blueprint = Blueprint("gst_returns", __name__)


@blueprint.get("/gst/returns.csv")
@staff(PERMISSION)
async def download() -> Response:
    """One table of one month."""
    shop, actor, month, name = current_shop(), await current_actor(), query_text("month"), query_text("table")
    if not MONTH.fullmatch(month):
        raise Invalid.field("month", "Enter a month, as in 2026-11.", "month")
    if name not in TABLES:
        raise Invalid.field("table", "Choose a table.", "enum")
    papers = await shop.repository(PaperRepository).of_month(month)
    text = io.StringIO()
    csv.writer(text).writerows(table(name, [(filed.number, filed.paper) for filed in papers]))
    await record(shop, "returns.downloaded", f"gst:{month}:{name}", actor_id=actor.id, actor_name=actor.name)
    return Response(
        "\ufeff" + text.getvalue(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="gstr1-{month}-{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )
