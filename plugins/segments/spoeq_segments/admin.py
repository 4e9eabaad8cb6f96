"""Staff pages: the segments, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    BothChanged,
    Conflict,
    Customer,
    FieldError,
    Invalid,
    Shop,
    StaleAggregate,
    Undo,
    conflict_state,
    current_shop,
    customer_by_id,
    find_customers,
    flash,
    form_state,
    masked_email,
    message,
    page,
    query_int,
    read_form,
    render,
    see_other,
    settled,
    staff,
)
from spoeq_segments.api import note
from spoeq_segments.entry import LABELS, entered, texts
from spoeq_segments.model import Rule, Segment
from spoeq_segments.service import (
    PERMISSION,
    add_member,
    all_segments,
    create_segment,
    delete_segment,
    find_segment,
    members_of,
    remove_member,
    update_segment,
)
from spoeq_segments.wording import who

PATH = "/admin/segments"
PER_PAGE = 50
ATTEMPTS = 5
OFFERED = 8

blueprint = Blueprint("segments_admin", __name__)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the form shows beside its values."""

    errors: Sequence[FieldError] = ()
    conflict: BothChanged | None = None
    found: Sequence[Customer] = ()


@blueprint.get("/segments")
@staff(PERMISSION)
async def index() -> Response:
    """All segments."""
    segments, counts = await all_segments(current_shop())
    rows = [
        {
            "name": one.name,
            "code": one.id,
            "who": who(one),
            "members": counts[one.id] if one.rule is Rule.HAND else None,
            "url": f"{PATH}/{one.id}",
        }
        for one in segments
    ]
    return await render("admin", "segments/list.html", page=page("Customer segments"), rows=rows)


@blueprint.get("/segments/new")
@staff(PERMISSION)
async def new() -> Response:
    """An empty form."""
    return await _form(None, {"rule": Rule.HAND.value}, Sheet())


@blueprint.post("/segments/new")
@staff(PERMISSION)
async def create() -> Response:
    """Make a segment."""
    shop, form = current_shop(), await read_form()
    try:
        segment = await create_segment(shop, entered(form, shop, None))
    except Invalid as error:
        return await _form(None, form.as_dict(), Sheet(error.errors), 422)
    except Conflict as error:
        return await _form(None, form.as_dict(), Sheet([FieldError("code", str(error))]), 409)
    await note(shop, "segment.created", segment)
    return flash(see_other(f"{PATH}/{segment.id}"), message("%(name)s is saved.", name=segment.name))


@blueprint.get("/segments/<code>")
@staff(PERMISSION)
async def edit(code: str) -> Response:
    """A segment's form and its members."""
    segment = await find_segment(current_shop(), code)
    return await _form(segment, texts(segment), Sheet())


@blueprint.post("/segments/<code>")
@staff(PERMISSION)
async def update(code: str) -> Response:
    """Change a segment."""
    shop, form = current_shop(), await read_form()
    for _ in range(ATTEMPTS):
        segment = await find_segment(shop, code)
        try:
            now = settled(form, texts(entered(form, shop, segment)), texts(segment))
            stored = await update_segment(shop, entered(now, shop, segment))
        except BothChanged as error:
            return await _form(segment, error.taken_over(form), Sheet(conflict=error), 409)
        except Invalid as error:
            return await _form(segment, form.as_dict(), Sheet(error.errors), 422)
        except StaleAggregate:
            continue
        await note(shop, "segment.changed", stored)
        return flash(see_other(f"{PATH}/{code}"), message("%(name)s is saved.", name=stored.name))
    raise StaleAggregate("This segment is being changed by many at once.", hint="Try again.")


@blueprint.post("/segments/<code>/delete")
@staff(PERMISSION)
async def remove(code: str) -> Response:
    """Delete a segment."""
    shop = current_shop()
    segment = await delete_segment(shop, code)
    await note(shop, "segment.deleted", segment)
    return flash(see_other(PATH), message("%(name)s is deleted.", name=segment.name))


@blueprint.post("/segments/<code>/members")
@staff(PERMISSION)
async def search_member(code: str) -> Response:
    """Put the only customer who is meant into the segment, or show those who may be."""
    shop, form = current_shop(), await read_form()
    segment = await find_segment(shop, code)
    typed = form.text("who")
    found = await find_customers(shop, text=typed, limit=OFFERED) if typed else []
    meant = [one for one in found if typed.casefold() == one.email] or found
    meant = [one for one in meant if not one.erased_at]
    if len(meant) == 1:
        return await _added(shop, segment, meant[0].id, f"{PATH}/{code}")
    errors = []
    if not meant:
        told = message("No customer has this id or phone number, or an e-mail address that begins like this.")
        errors.append(FieldError("who", told if typed else "Enter an e-mail address.", "unknown"))
    return await _form(segment, {**texts(segment), "who": typed}, Sheet(errors, found=meant), 422 if errors else 200)


@blueprint.post("/segment-members/<customer_id>")
@staff(PERMISSION)
async def change_member(customer_id: str) -> Response:
    """Put a customer into the segment `add`, or take them out of `remove`; back to the segment, or to the customer."""
    shop, form = current_shop(), await read_form()
    await customer_by_id(shop, customer_id)
    code = form.text("add") or form.text("remove")
    if not code:
        return flash(see_other(f"/admin/customers/{customer_id}"), "Choose a segment.", "warn")
    segment = await find_segment(shop, code)
    back = f"{PATH}/{segment.id}" if form.flag("in_segment") else f"/admin/customers/{customer_id}"
    if form.text("add"):
        return await _added(shop, segment, customer_id, back)
    if await remove_member(shop, segment, customer_id):
        await note(shop, "segment.member_removed", segment, customer_id)
    undo = Undo(f"/admin/segment-members/{customer_id}", _again(form.flag("in_segment"), add=code))
    return flash(see_other(back), message("Taken out of %(name)s.", name=segment.name), undo=undo)


async def _added(shop: Shop, segment: Segment, customer_id: str, back: str) -> Response:
    try:
        customer = await add_member(shop, segment, customer_id)
    except Conflict as error:
        return flash(see_other(back), error.message, "warn")
    await note(shop, "segment.member_added", segment, customer_id)
    called = customer.name or masked_email(customer.email)
    undo = Undo(f"/admin/segment-members/{customer_id}", _again(back.startswith(PATH), remove=segment.id))
    return flash(see_other(back), message("%(who)s is in %(name)s.", who=called, name=segment.name), undo=undo)


def _again(in_segment: bool, **fields: str) -> dict[str, str]:
    return {**fields, "in_segment": "1"} if in_segment else fields


async def _form(segment: Segment | None, values: Mapping[str, Any], sheet: Sheet, status: int = 200) -> Response:
    shop = current_shop()
    return await render(
        "admin",
        "segments/edit.html",
        status=status,
        page=page(message("Segment %(name)s", name=segment.name) if segment else message("New segment")),
        segment=segment,
        who=who(segment) if segment else "",
        currency=segment.currency if segment else shop.profile.currency,
        form=form_state(values, sheet.errors),
        found=[_customer(one) for one in sheet.found],
        **conflict_state(texts(segment) if segment else None, LABELS, sheet.conflict, shown=values),
        **await _members(shop, segment),
    )


async def _members(shop: Shop, segment: Segment | None) -> dict[str, Any]:
    """A page of the members of a segment that is chosen by hand."""
    if segment is None or segment.rule is not Rule.HAND:
        return {"members": None}
    number = query_int("page", 1, minimum=1)
    found, total = await members_of(shop, segment, page=number, per_page=PER_PAGE)
    pages = max(1, -(-total // PER_PAGE))
    rows = [_customer(one.customer) | {"since": one.since} for one in found]
    return {"members": rows, "total": total, "number": number, "pages": pages}


def _customer(customer: Customer) -> dict[str, Any]:
    """As lists show it: an address can be recognised, not copied."""
    return {
        "id": customer.id,
        "name": customer.name,
        "email": masked_email(customer.email),
        "url": f"/admin/customers/{customer.id}",
    }
