"""Staff pages: the Markdown pages; list, edit, preview, publish, withdraw, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from quart import Response

from spoeq_core.sdk import (
    FieldError,
    Form,
    Invalid,
    NotFound,
    StaleAggregate,
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
)
from spoeq_pages.admin.routes import (
    MOST_AT_ONCE,
    PAGES,
    PERMISSION,
    PUBLISH,
    blueprint,
    note,
    prose,
    told,
    wanted_state,
)
from spoeq_pages.facts import NAMES
from spoeq_pages.model import PLACES, Changes, Page, Place
from spoeq_pages.service import create_page, delete_page, get_page, list_pages, publish_page, update_page
from spoeq_pages.showing import article

PER_PAGE = 50
STATES = {"": None, "published": True, "drafts": False}
LABELS = {
    "title": "Title",
    "slug": "Address",
    "body": "Text",
    "description": "Description",
    "place": "Linked in",
    "position": "Position",
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
    return flash(see_other(f"{PAGES}/{stored.id}"), f"“{stored.title}” is {_state(stored)}.")


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
    shop, form = current_shop(), await read_form()
    published = form.text("do") == PUBLISH
    done, refused = 0, []
    for page_id in dict.fromkeys(form.texts("id")[:MOST_AT_ONCE]):
        try:
            before = await get_page(shop, page_id)
            after = await publish_page(shop, before, published=published)
        except (NotFound, StaleAggregate):
            continue
        except Invalid as error:
            refused.append(f"{before.title}: {error.errors[0].message}")
            continue
        if after.version != before.version:
            done += 1
            await note(shop, "page.published" if published else "page.withdrawn", f"page:{page_id}")
    return told(PAGES, done, "page", "published" if published else "withdrawn", refused)


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
    shop, form = current_shop(), await read_form()
    try:
        stored = await get_page(shop, page_id)
    except NotFound:
        return await _gone(form)
    try:
        seen = replace(stored, version=form.integer("version", 0))
        saved = await update_page(shop, seen, _entered(form, published=wanted_state(form, stored.published)))
    except Invalid as error:
        return await _form(stored, form.as_dict(), error.errors, 422)
    except StaleAggregate:
        return await _conflict(form, page_id)
    await note(shop, "page.changed", f"page:{saved.id}")
    return flash(see_other(f"{PAGES}/{saved.id}"), f"“{saved.title}” is {_state(saved)}.")


@blueprint.post("/pages/<page_id>/delete")
@staff(PERMISSION)
async def remove(page_id: str) -> Response:
    """Remove a page."""
    shop = current_shop()
    gone = await delete_page(shop, page_id)
    await note(shop, "page.deleted", f"page:{gone.id}")
    return flash(see_other(PAGES), message("“%(title)s” is deleted.", title=gone.title))


async def _conflict(form: Form, page_id: str) -> Response:
    """The form with what was typed, beside it what is stored now; saving again replaces that."""
    try:
        theirs = await get_page(current_shop(), page_id)
    except NotFound:
        return await _gone(form)
    mine, stored = form.as_dict(), _values(theirs)
    mine["body"] = prose(form, "body")
    differences = [
        {"label": label, "mine": mine.get(name, ""), "theirs": stored[name]}
        for name, label in LABELS.items()
        if mine.get(name, "") != stored[name]
    ]
    return await _form(theirs, {**mine, "version": stored["version"]}, status=409, differences=differences)


async def _gone(form: Form) -> Response:
    message = "Somebody deleted this page meanwhile. What you typed is kept here: saving makes a new page of it."
    return await _form(None, form.as_dict(), [FieldError("title", message)], 409)


async def _form(
    stored: Page | None,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    differences: Sequence[Mapping[str, str]] = (),
) -> Response:
    return await render(
        "admin",
        "pages_plugin/page_edit.html",
        status=status,
        page=page(stored.title if stored else "New page"),
        stored=stored,
        places=[{"value": place.value, "label": label} for place, label in PLACES.items()],
        facts=NAMES,
        differences=differences,
        form=form_state(values, errors),
    )


def _entered(form: Form, *, published: bool) -> Changes:
    try:
        place = Place(form.text("place"))
    except ValueError:
        raise Invalid.field("place", "Choose where it is linked.", "enum") from None
    return Changes(
        title=form.text("title"),
        slug=form.text("slug"),
        body=prose(form, "body"),
        description=form.text("description"),
        place=place,
        position=form.integer("position", 50),
        published=published,
    )


def _values(stored: Page) -> dict[str, str]:
    return {
        "title": stored.title,
        "slug": stored.slug,
        "body": stored.body,
        "description": stored.description,
        "place": stored.place.value,
        "position": str(stored.position),
        "version": str(stored.version),
    }


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


def _state(stored: Page) -> str:
    return "saved and shown in the shop" if stored.published else "saved as a draft"
