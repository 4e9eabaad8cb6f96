"""Staff pages: the Markdown pages; list, edit, preview, publish, withdraw, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from quart import Response

from spoeq_core.sdk import (
    BothChanged,
    Faults,
    FieldError,
    Form,
    Invalid,
    Shop,
    conflict_state,
    current_shop,
    flash,
    form_state,
    message,
    page,
    query_int,
    query_text,
    read_form,
    render,
    see_other,
    staff,
    translate,
)
from spoeq_pages.admin.editing import Desk, change, note, prose, publish_chosen, wanted_state
from spoeq_pages.admin.routes import PAGES, PERMISSION, blueprint
from spoeq_pages.facts import NAMES
from spoeq_pages.model import PLACES, Changes, Page, Place, refusals_of_page
from spoeq_pages.service import changed_page, create_page, delete_page, get_page, list_pages, publish_page, update_page
from spoeq_pages.showing import article

PER_PAGE = 50
STATES = {"": None, "published": True, "drafts": False}
LABELS = {
    "title": message("Title"),
    "slug": message("Address"),
    "body": message("Text"),
    "description": message("Description"),
    "place": message("Linked in"),
    "position": message("Position"),
}


@blueprint.get("/pages")
@staff(PERMISSION)
async def index() -> Response:
    """All pages."""
    number, q, state = query_int("page", 1, minimum=1, maximum=10_000), query_text("q"), query_text("state")
    found, total = await list_pages(current_shop(), q=q, published=STATES.get(state), page=number, per_page=PER_PAGE)
    return await render(
        "admin",
        "pages_plugin/pages.html",
        page=page("Pages"),
        rows=[_row(item) for item in found],
        total=total,
        number=number,
        pages=max(1, -(-total // PER_PAGE)),
        q=q,
        only=state if state in STATES else "",
    )


@blueprint.get("/pages/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, {"place": "", "position": "50"})


@blueprint.post("/pages/new")
@staff(PERMISSION)
async def create() -> Response:
    """Store a new page."""
    shop, form = current_shop(), await read_form()
    try:
        stored = await create_page(shop, _entered(form, published=wanted_state(form, current=False)))
    except Invalid as error:
        return await _form(None, form.as_dict(), error.errors, 422)
    await note(shop, "page.created", f"page:{stored.id}")
    return _saved(stored)


@blueprint.post("/pages/preview")
@staff(PERMISSION)
async def preview() -> Response:
    """The page as shoppers would see it, with what is typed in the form; nothing is stored."""
    form = await read_form()
    shown = Page(
        "preview", form.text("slug") or "preview", form.text("title") or "Without a title", prose(form, "body")
    )
    return await article(current_shop(), shown, preview=True)


@blueprint.post("/pages/publish")
@staff(PERMISSION)
async def publish() -> Response:
    """Publish or withdraw the pages that were chosen; those that cannot be are named."""
    return await publish_chosen(DESK)


@blueprint.get("/pages/<page_id>")
@staff(PERMISSION)
async def edit(page_id: str) -> Response:
    """A page's form."""
    found = await get_page(current_shop(), page_id)
    return await _form(found, _values(found))


@blueprint.post("/pages/<page_id>")
@staff(PERMISSION)
async def update(page_id: str) -> Response:
    """Change a page, or say what somebody else changed meanwhile."""
    return await change(DESK, page_id, _saved)


@blueprint.post("/pages/<page_id>/delete")
@staff(PERMISSION)
async def remove(page_id: str) -> Response:
    """Remove a page."""
    shop = current_shop()
    gone = await delete_page(shop, page_id)
    await note(shop, "page.deleted", f"page:{gone.id}")
    return flash(see_other(PAGES), message("“%(title)s” is deleted.", title=gone.title))


def _saved(stored: Page) -> Response:
    if stored.published:
        words = message("“%(title)s” is saved and shown in the shop.", title=stored.title)
    else:
        words = message("“%(title)s” is saved as a draft.", title=stored.title)
    return flash(see_other(f"{PAGES}/{stored.id}"), words)


async def _form(
    stored: Page | None,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    conflict: BothChanged | None = None,
) -> Response:
    return await render(
        "admin",
        "pages_plugin/page_edit.html",
        status=status,
        page=page(stored.title if stored else "New page"),
        stored=stored,
        places=[{"value": place.value, "label": translate(label)} for place, label in PLACES.items()],
        facts=NAMES,
        form=form_state(values, errors),
        **conflict_state(DESK.texts(stored) if stored else None, DESK.labels, conflict, shown=values),
    )


def _entered(form: Form, *, published: bool) -> Changes:
    faults = Faults()
    entered = Changes(
        title=form.text("title"),
        slug=form.text("slug"),
        body=prose(form, "body"),
        description=form.text("description"),
        place=faults.of(lambda: _place(form.text("place")), Place("")),
        position=faults.of(lambda: form.integer("position", 50), 50),
        published=published,
    )
    refused = refusals_of_page(changed_page(Page("", "", ""), entered))
    faults.add(FieldError(item.field, item.message, item.code) for item in refused)
    faults.raise_if_any()
    return entered


def _place(text: str) -> Place:
    try:
        return Place(text)
    except ValueError:
        raise Invalid.field("place", "Choose where it is linked.", "enum") from None


def _values(stored: Page) -> dict[str, str]:
    return {
        "title": stored.title,
        "slug": stored.slug,
        "body": stored.body,
        "description": stored.description,
        "place": stored.place.value,
        "position": str(stored.position),
    }


def _typed(form: Form) -> dict[str, str]:
    return {**{name: form.text(name) for name in LABELS}, "body": prose(form, "body")}


async def _save(shop: Shop, stored: Page, form: Form) -> Page:
    return await update_page(shop, stored, _entered(form, published=wanted_state(form, stored.published)))


async def _publish(shop: Shop, stored: Page, published: bool) -> Page:
    return await publish_page(shop, stored, published=published)


def _row(stored: Page) -> dict[str, Any]:
    return {
        "id": stored.id,
        "title": stored.title,
        "path": f"/pages/{stored.slug}",
        "place": stored.place.value,
        "published": stored.published,
        "updated_at": stored.updated_at,
        "url": f"{PAGES}/{stored.id}",
    }


DESK: Final[Desk[Page]] = Desk(
    noun="page",
    records=("page.changed", "page.published", "page.withdrawn"),
    path=PAGES,
    first="title",
    labels=LABELS,
    find=get_page,
    texts=_values,
    typed=_typed,
    save=_save,
    publish=_publish,
    name=lambda stored: f"{stored.title}:",
    page=_form,
)
