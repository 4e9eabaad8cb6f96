"""JSON: reviews of a product, one's own, and what staff do with them."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from spoeq_core.sdk import (
    IF_MATCH,
    PER_PAGE,
    Actor,
    Forbidden,
    Invalid,
    Shop,
    StaleAggregate,
    current_actor,
    current_shop,
    json_response,
    message,
    operation,
    product_by_id_or_slug,
    public,
    query_int,
    query_text,
    read_body,
    record,
    signed_in,
    staff,
    wanted_version,
    whole_number,
)
from spoeq_reviews.limits import limit_reports, limit_votes, limit_writing
from spoeq_reviews.model import Author, Draft, Filter, Order, Review, State, Words
from spoeq_reviews.service.moderating import answer, get_review, list_reviews, moderate, products_of
from spoeq_reviews.service.voting import find_helpful, report, shown_review
from spoeq_reviews.service.writing import change_review, delete_review, own_review, write_review
from spoeq_reviews.shapes import (
    HelpfulShape,
    ModerationBody,
    ReportBody,
    ReportedShape,
    ReviewBody,
    ReviewChange,
    ReviewList,
    ReviewShape,
)
from spoeq_reviews.views import own_view, review_view, staff_view

PERMISSION = "reviews.moderate"
TAGS = ("Reviews",)
LAST_PAGE = 10_000
PAGING = {"page": whole_number("Which page", 1, LAST_PAGE), "per_page": PER_PAGE}
STATES = ("pending", "published", "rejected", "reported")

blueprint = Blueprint("reviews_api", __name__)


@blueprint.get("/products/<key>/reviews")
@public
@operation(
    "Shown reviews of a product",
    tags=TAGS,
    query={
        "stars": whole_number("Of so many stars only", 1, 5),
        "sort": "newest (the usual one), helpful, highest or lowest",
        **PAGING,
    },
    responses={200: ReviewList, 404: None},
)
async def of_product(key: str) -> Response:
    """A page of a product's reviews."""
    shop = current_shop()
    product = await product_by_id_or_slug(shop, key)
    wanted = Filter(product.id, State.PUBLISHED, stars=query_int("stars", 0, minimum=1, maximum=5), order=_order())
    found = await list_reviews(shop, wanted, *_paging(10))
    return json_response(_listed(found, [review_view(shop, item, product) for item in found.items]))


@blueprint.post("/products/<key>/reviews")
@signed_in
@operation(
    "Review a product",
    tags=TAGS,
    request=ReviewBody,
    responses={
        201: ReviewShape,
        403: "Only who bought it may review it (`not_bought`)",
        404: None,
        409: "There is a review of theirs already (`already_reviewed`)",
        429: None,
    },
)
async def write(key: str) -> Response:
    """Write a review; staff may read it before it is shown."""
    shop, actor = current_shop(), await current_actor()
    await limit_writing(shop, actor.id)
    product, body = await product_by_id_or_slug(shop, key), await read_body(ReviewBody)
    draft = Draft(Words(body.rating, body.title, body.body))
    review = await write_review(shop, author_of(actor), product, draft)
    return json_response(own_view(shop, review, product), 201)


@blueprint.get("/me/reviews")
@signed_in
@operation("One's own reviews, newest first", tags=TAGS, query=PAGING, responses={200: ReviewList})
async def mine() -> Response:
    """A page of one's own reviews, in whatever state they are."""
    shop, actor = current_shop(), await current_actor()
    found = await list_reviews(shop, Filter(author=actor.id), *_paging(20))
    return json_response(_listed(found, [own_view(shop, item) for item in found.items]))


@blueprint.get("/reviews")
@staff(PERMISSION)
@operation(
    "All reviews, newest first",
    tags=TAGS,
    query={"status": f"{', '.join(STATES[:-1])} or {STATES[-1]}", "q": "Part of title, text or name", **PAGING},
    responses={200: ReviewList},
)
async def index() -> Response:
    """A page of all reviews."""
    shop, status = current_shop(), query_text("status")
    if status and status not in STATES:
        raise Invalid.field(
            "status",
            message("There is no status '%(status)s'; there are %(states)s.", status=status, states=", ".join(STATES)),
            "enum",
        )
    reported = status == "reported"
    state = State(status) if status and not reported else None
    found = await list_reviews(shop, Filter(state=state, reported=reported, q=query_text("q")), *_paging(50))
    products = await products_of(shop, found.items)
    items = [staff_view(shop, item, products.get(item.product_id)) for item in found.items]
    return json_response(_listed(found, items))


@blueprint.patch("/reviews/<key>")
@signed_in
@operation(
    "Change one's review; it is read by staff again",
    tags=TAGS,
    request=ReviewChange,
    headers=[IF_MATCH],
    responses={200: ReviewShape, 404: None, 429: None},
)
async def change(key: str) -> Response:
    """Change one's review."""
    shop, actor = current_shop(), await current_actor()
    await limit_writing(shop, actor.id)
    author = author_of(actor)
    review = _of_version(await own_review(shop, key, author), wanted_version())
    body = await read_body(ReviewChange)
    words = Words(
        review.rating if body.rating is None else body.rating,
        review.title if body.title is None else body.title,
        review.body if body.body is None else body.body,
        review.language,
    )
    product = await product_by_id_or_slug(shop, review.product_id, hidden=True)
    changed = await change_review(shop, review, product, author, Draft(words))
    return json_response(own_view(shop, changed, product))


@blueprint.delete("/reviews/<key>")
@signed_in(staff_too=True)
@operation(
    "Delete a review: one's own, or as staff any", tags=TAGS, headers=[IF_MATCH], responses={204: None, 404: None}
)
async def remove(key: str) -> Response:
    """Delete a review with its photos."""
    shop, actor = current_shop(), await current_actor()
    if actor.kind == "staff":
        actor.require(PERMISSION)
        review = await get_review(shop, key)
    else:
        review = await own_review(shop, key, author_of(actor))
    await delete_review(shop, _of_version(review, wanted_version()))
    if actor.kind == "staff":
        await note(shop, "review.deleted", review.id)
    return Response("", status=204)


@blueprint.post("/reviews/<key>/moderate")
@staff(PERMISSION)
@operation(
    "Publish or reject a review",
    tags=TAGS,
    request=ModerationBody,
    headers=[IF_MATCH],
    responses={200: ReviewShape, 404: None},
)
async def decide(key: str) -> Response:
    """Publish or reject a review, and answer it."""
    shop, actor = current_shop(), await current_actor()
    review = _of_version(await get_review(shop, key), wanted_version())
    body = await read_body(ModerationBody)
    decided = await moderate(shop, review, State(body.status), body.reason)
    if body.reply is not None:
        decided = await answer(shop, decided, body.reply, actor.name)
    await note(shop, "review.published" if decided.is_shown else "review.rejected", key, reason=decided.reason)
    return json_response(staff_view(shop, decided))


@blueprint.post("/reviews/<key>/helpful")
@signed_in
@operation("Find a review helpful; once, however often it is sent", tags=TAGS, responses={200: HelpfulShape, 404: None})
async def vote(key: str) -> Response:
    """Count a vote."""
    return await _vote(key, yes=True)


@blueprint.delete("/reviews/<key>/helpful")
@signed_in
@operation("Take that back", tags=TAGS, responses={200: HelpfulShape, 404: None})
async def take_back(key: str) -> Response:
    """Take a vote back."""
    return await _vote(key, yes=False)


@blueprint.post("/reviews/<key>/report")
@signed_in
@operation(
    "Say why a review should not be shown",
    tags=TAGS,
    request=ReportBody,
    responses={202: ReportedShape, 404: None, 429: None},
)
async def report_it(key: str) -> Response:
    """Note a report; staff look at it."""
    shop, actor = current_shop(), await current_actor()
    await limit_reports(shop)
    body, review = await read_body(ReportBody), await shown_review(shop, key)
    await report(shop, review, actor.id, body.reason)
    return json_response({"id": review.id, "status": "reported"}, 202)


def author_of(actor: Actor) -> Author:
    """The customer who is signed in, as an author."""
    return Author(actor.id, actor.id, actor.name, actor.email)


async def note(shop: Shop, action: str, review_id: str, **detail: Any) -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    known = {name: value for name, value in detail.items() if value}
    await record(shop, action, f"review:{review_id}", actor_id=actor.id, actor_name=actor.name, detail=known)


async def _vote(key: str, *, yes: bool) -> Response:
    shop, actor = current_shop(), await current_actor()
    await limit_votes(shop)
    review = await shown_review(shop, key)
    if yes and review.author == actor.id:
        raise Forbidden("This is your own review.", hint="Others find it helpful, or not.", code="own_review")
    return json_response({"id": review.id, "helpful": await find_helpful(shop, review, actor.id, yes=yes)})


def _of_version(review: Review, version: int | None) -> Review:
    if version is not None and version != review.version:
        raise StaleAggregate("This review was changed by somebody else in the meantime.", hint="Read it again.")
    return review


def _order() -> Order:
    text = query_text("sort") or Order.NEWEST.value
    try:
        return Order(text)
    except ValueError:
        known = ", ".join(order.value for order in Order)
        raise Invalid.field(
            "sort", message("There is no order '%(text)s'; there are %(known)s.", text=text, known=known), "enum"
        ) from None


def _paging(usual: int) -> tuple[int, int]:
    page = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    return page, query_int("per_page", usual, minimum=1, maximum=100)


def _listed(found: Any, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"items": items, "total": found.total, "page": found.page, "per_page": found.per_page}
