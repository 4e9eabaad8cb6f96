"""JSON for staff: the segments, and who was put into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StrictInt, StrictStr
from quart import Blueprint, Response

from spoeq_core.sdk import (
    IF_MATCH,
    PER_PAGE,
    Body,
    MoneyBody,
    MoneyShape,
    NotFound,
    Shape,
    Shop,
    StaleAggregate,
    amount_of,
    current_actor,
    current_shop,
    json_response,
    money,
    operation,
    query_int,
    read_body,
    record,
    staff,
    wanted_version,
    whole_number,
)
from spoeq_segments.model import COUNTED, Rule, Segment
from spoeq_segments.service import (
    PERMISSION,
    add_member,
    all_segments,
    count_members,
    create_segment,
    delete_segment,
    find_segment,
    members_of,
    remove_member,
    update_segment,
)

TAGS = ("Customer segments",)
LAST_PAGE = 100_000
PLUGIN = "segments"

blueprint = Blueprint("segments_api", __name__)

Name = Annotated[StrictStr, Field(min_length=1, max_length=200)]


class SegmentChange(Body):
    """Changes to a segment: what is left out stays; the code stays in any case.

    `number` is how many orders, or how many days ago the last one was, as the rule says; `amount` is what was spent.
    """

    name: Annotated[StrictStr, Field(max_length=200)] = ""
    rule: Rule = Rule.HAND
    number: StrictInt = 0
    amount: MoneyBody | None = None


class SegmentBody(SegmentChange):
    """A new segment."""

    code: Name
    name: Name


class SegmentShape(Shape):
    """A segment; `key` is what coupons and sales call it."""

    code: str
    key: str
    name: str
    rule: Rule
    number: int | None
    amount: MoneyShape | None
    members: int | None
    version: int


class SegmentList(Shape):
    """All segments, by name."""

    items: list[SegmentShape]


class MemberShape(Shape):
    """A customer who was put into a segment."""

    customer_id: str
    name: str
    since: datetime | None


class MemberList(Shape):
    """A page of the members of a segment, the last one first."""

    items: list[MemberShape]
    total: int
    page: int
    per_page: int


@blueprint.get("/segments")
@staff(PERMISSION)
@operation("All customer segments, by name", tags=TAGS, responses={200: SegmentList})
async def index() -> Response:
    """All segments."""
    segments, counts = await all_segments(current_shop())
    return json_response({"items": [view(one, counts[one.id]) for one in segments]})


@blueprint.post("/segments")
@staff(PERMISSION)
@operation("Make a customer segment", tags=TAGS, request=SegmentBody, responses={201: SegmentShape, 409: None})
async def create() -> Response:
    """Make a segment."""
    shop, body = current_shop(), await read_body(SegmentBody)
    given = _given(shop, body, Segment(body.code, body.name))
    segment = await create_segment(shop, given)
    await note(shop, "segment.created", segment)
    return json_response(view(segment, 0), 201)


@blueprint.get("/segments/<code>")
@staff(PERMISSION)
@operation("A customer segment", tags=TAGS, responses={200: SegmentShape, 404: None})
async def show(code: str) -> Response:
    """A segment."""
    shop = current_shop()
    return json_response(await _whole(shop, await find_segment(shop, code)))


@blueprint.patch("/segments/<code>")
@staff(PERMISSION)
@operation(
    "Change a customer segment",
    tags=TAGS,
    request=SegmentChange,
    headers=[IF_MATCH],
    responses={200: SegmentShape, 404: None},
)
async def change(code: str) -> Response:
    """Change a segment."""
    shop = current_shop()
    segment = await find_segment(shop, code)
    body, version = await read_body(SegmentChange), wanted_version()
    if version is not None and version != segment.version:
        raise StaleAggregate("This segment was changed by somebody else in the meantime.", hint="Read it again.")
    stored = await update_segment(shop, _given(shop, body, segment))
    await note(shop, "segment.changed", stored)
    return json_response(await _whole(shop, stored))


@blueprint.delete("/segments/<code>")
@staff(PERMISSION)
@operation("Delete a customer segment", tags=TAGS, headers=[IF_MATCH], responses={204: None, 404: None})
async def remove(code: str) -> Response:
    """Delete a segment."""
    shop = current_shop()
    await note(shop, "segment.deleted", await delete_segment(shop, code, version=wanted_version()))
    return Response("", status=204)


@blueprint.get("/segments/<code>/members")
@staff(PERMISSION)
@operation(
    "Who was put into a customer segment",
    tags=TAGS,
    query={"page": whole_number("Which page", 1, LAST_PAGE), "per_page": PER_PAGE},
    responses={200: MemberList, 404: None},
)
async def members(code: str) -> Response:
    """A page of a segment's members."""
    shop = current_shop()
    page = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    per_page = query_int("per_page", 50, minimum=1, maximum=100)
    found, total = await members_of(shop, await find_segment(shop, code), page=page, per_page=per_page)
    items = [{"customer_id": one.customer.id, "name": one.customer.name, "since": one.since} for one in found]
    return json_response({"items": items, "total": total, "page": page, "per_page": per_page})


@blueprint.put("/segments/<code>/members/<customer_id>")
@staff(PERMISSION)
@operation("Put a customer into a segment", tags=TAGS, responses={204: None, 404: None, 409: None})
async def put_in(code: str, customer_id: str) -> Response:
    """Put a customer into a segment; it may be repeated."""
    shop = current_shop()
    segment = await find_segment(shop, code)
    await add_member(shop, segment, customer_id)
    await note(shop, "segment.member_added", segment, customer_id)
    return Response("", status=204)


@blueprint.delete("/segments/<code>/members/<customer_id>")
@staff(PERMISSION)
@operation("Take a customer out of a segment", tags=TAGS, responses={204: None, 404: None})
async def take_out(code: str, customer_id: str) -> Response:
    """Take a customer out of a segment."""
    shop = current_shop()
    segment = await find_segment(shop, code)
    if not await remove_member(shop, segment, customer_id):
        raise NotFound("This customer was not put into this segment.", code="member_unknown")
    await note(shop, "segment.member_removed", segment, customer_id)
    return Response("", status=204)


async def note(shop: Shop, action: str, segment: Segment, customer_id: str = "") -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    detail = {"customer": customer_id} if customer_id else {}
    await record(shop, action, f"segment:{segment.id}", actor_id=actor.id, actor_name=actor.name, detail=detail)


def view(segment: Segment, members: int) -> dict[str, Any]:
    """A segment as staff see it."""
    return {
        "code": segment.id,
        "key": f"{PLUGIN}.{segment.id}",
        "name": segment.name,
        "rule": segment.rule.value,
        "number": segment.number if segment.rule in COUNTED else None,
        "amount": money(segment.amount, segment.currency) if segment.rule is Rule.SPENT else None,
        "members": members if segment.rule is Rule.HAND else None,
        "version": segment.version,
    }


async def _whole(shop: Shop, segment: Segment) -> Mapping[str, Any]:
    return view(segment, await count_members(shop, segment))


def _given(shop: Shop, body: SegmentChange, segment: Segment) -> Segment:
    """The segment with what the body names."""
    named = body.model_fields_set
    found: dict[str, Any] = {name: getattr(body, name) for name in ("name", "rule", "number") if name in named}
    if "amount" in named:
        found["amount"] = amount_of(body.amount, shop, "amount") if body.amount else 0
    return replace(segment, **found)
