"""Staff pages: products as CSV files, in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response, request

from spoeq_core.audit.service import record
from spoeq_core.bulk import service as bulk
from spoeq_core.bulk.model.columns import Column
from spoeq_core.catalog.model import ProductStatus
from spoeq_core.jobs.model import Failure, Job, JobState
from spoeq_core.jobs.service import cancel_job, failures_of
from spoeq_core.kernel.errors import Conflict, FieldError, Forbidden, Invalid
from spoeq_core.kernel.messages import message
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, query_text, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.languages import translate
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_bulk", __name__)

PATH = "/admin/products/import"
SHOWN_ERRORS = 20
CSV = "text/csv; charset=utf-8"


@blueprint.get("/products/import")
@staff("catalog.import")
async def begin() -> Response:
    """Choose a file."""
    return await _upload_form(())


@blueprint.post("/products/import")
@staff("catalog.import", imports=True)
async def upload() -> Response:
    """Take a file and have it checked; nothing changes yet."""
    shop, actor = current_shop(), await current_actor()
    await read_form()
    sent = (await request.files).get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid.field("file", "Choose a CSV file.", "missing")
        found = await bulk.begin_import(
            shop,
            sent.filename,
            sent.read(),
            actor_id=actor.id,
            actor_name=actor.name,
            may_count=actor.may("inventory.manage"),
        )
    except Invalid as error:
        return await _upload_form(error.errors, 422)
    except Forbidden as error:
        return await _upload_form([FieldError("file", str(error), error.code)], 403)
    return see_other(f"{PATH}/{found.id}")


@blueprint.get("/products/import/<import_id>")
@staff("catalog.import")
async def show(import_id: str) -> Response:
    """How far an import is: being checked, checked, being carried out, ended."""
    shop = current_shop()
    found, check, job = await bulk.import_by_id(shop, import_id)
    now = job or check
    errors = await failures_of(shop, now.id, limit=SHOWN_ERRORS)
    return await render(
        "admin",
        "pages/product_import.html",
        page=page(message("Import of %(filename)s", filename=found.filename)),
        found={"id": found.id, "filename": found.filename, "by": found.actor_name, "at": found.created_at},
        check=_job(check),
        job=_job(job) if job else None,
        now=_job(now),
        startable=job is None and check.state is JobState.DONE and found.files_until is not None,
        errors=[_failure(failure) for failure in errors],
    )


@blueprint.post("/products/import/<import_id>/start")
@staff("catalog.import")
async def start(import_id: str) -> Response:
    """Carry it out."""
    shop, actor = current_shop(), await current_actor()
    back = see_other(f"{PATH}/{import_id}")
    try:
        job = await bulk.start_import(shop, import_id, actor_id=actor.id, actor_name=actor.name)
    except Conflict as error:
        return flash(back, str(error), "danger")
    detail = {"file": job.params["filename"], "rows": job.total}
    await record(shop, "products.imported", f"job:{job.id}", actor_id=actor.id, actor_name=actor.name, detail=detail)
    return back


@blueprint.post("/products/import/<import_id>/cancel")
@staff("catalog.import")
async def cancel(import_id: str) -> Response:
    """Stop what is running; what was done stays done."""
    shop = current_shop()
    _, check, job = await bulk.import_by_id(shop, import_id)
    back = see_other(f"{PATH}/{import_id}")
    try:
        await cancel_job(shop, (job or check).id)
    except Conflict as error:
        return flash(back, error.message, "warn")
    return flash(back, "It stops after the rows it is at. What was imported stays.")


@blueprint.get("/products/import/<import_id>/errors.csv")
@staff("catalog.import")
async def errors(import_id: str) -> Response:
    """Every refused row, for a spreadsheet."""
    shop = current_shop()
    _, check, job = await bulk.import_by_id(shop, import_id)
    found = await failures_of(shop, (job or check).id)
    return _download(bulk.errors_csv([_failure(failure) for failure in found]), "import-errors.csv")


@blueprint.get("/products/import/example.csv")
@staff("catalog.import")
async def example() -> Response:
    """A file with all columns and one product."""
    return _download(await bulk.example_csv(current_shop()), "products-example.csv")


@blueprint.get("/products/export")
@staff("catalog.export")
async def choose() -> Response:
    """Choose what to export."""
    return await _export_form((), 200)


@blueprint.get("/products/export.csv")
@staff("catalog.export")
async def export() -> Response:
    """The catalogue as a file, written while it is sent."""
    shop, actor = current_shop(), await current_actor()
    try:
        wanted = bulk.Wanted(
            columns=tuple(request.args.getlist("columns")),
            statuses=_statuses(request.args.getlist("status")),
            separator=query_text("separator") or "comma",
        )
        pieces = bulk.export_products(shop, wanted)
        first = await anext(pieces)
    except Invalid as error:
        return await _export_form(error.errors, 422)
    detail = {"columns": list(wanted.columns), "statuses": [status.value for status in wanted.statuses]}
    await record(shop, "products.exported", "products", actor_id=actor.id, actor_name=actor.name, detail=detail)

    async def whole() -> Any:
        yield first
        async for piece in pieces:
            yield piece

    response = Response(whole(), content_type=CSV)
    response.timeout = None
    response.headers["Content-Disposition"] = f'attachment; filename="products-{shop.clock.now():%Y-%m-%d}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


async def _upload_form(errors: Sequence[FieldError], status: int = 200) -> Response:
    shop = current_shop()
    recent = await bulk.recent_imports(shop)
    return await render(
        "admin",
        "pages/product_import_new.html",
        status=status,
        page=page("Import products"),
        form=form_state({}, errors),
        columns=[_column(column) for column in (await bulk.columns_of(shop)).all],
        most_megabytes=shop.settings.max_import_bytes // (1024 * 1024),
        recent=[{"id": i.id, "filename": i.filename, "by": i.actor_name, "at": i.created_at} for i in recent],
    )


async def _export_form(errors: Sequence[FieldError], status: int) -> Response:
    columns = await bulk.columns_of(current_shop())
    return await render(
        "admin",
        "pages/product_export.html",
        status=status,
        page=page("Export products"),
        form=form_state({}, errors),
        columns=[_column(column) for column in columns.all if column.name != "stock_at_export"],
        statuses=[status.value for status in ProductStatus],
        separators=list(bulk.SEPARATORS),
    )


def _statuses(names: Sequence[str]) -> tuple[ProductStatus, ...]:
    known = {status.value: status for status in ProductStatus}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise Invalid.field("status", message("There is no status “%(name)s”.", name=unknown[0]))
    return tuple(known[name] for name in names) or tuple(ProductStatus)


def _column(column: Column) -> dict[str, str]:
    return {
        "name": column.name,
        "level": bulk.LEVELS[column.level],
        "meaning": column.meaning,
        "example": column.example,
    }


def _failure(failure: Failure) -> dict[str, str]:
    return {name: translate(text) for name, text in bulk.failure_row(failure).items()}


def _job(job: Job) -> dict[str, Any]:
    return {
        "state": "cancelling" if job.cancel and not job.state.ended else job.state.value,
        "ended": job.state.ended,
        "done": job.done,
        "total": job.total,
        "failed": job.failed,
        "error": job.error,
        "result": dict(job.result),
    }


def _download(content: bytes, name: str) -> Response:
    response = Response(content, content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
