"""Staff pages: the queue, one review with its decision and the shop's reply, many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from quart import Blueprint, Response

from spoeq_core.sdk import (
    Form,
    Fragment,
    Invalid,
    Product,
    Shop,
    StaleAggregate,
    counted,
    current_actor,
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
from spoeq_reviews.api import PERMISSION, note
from spoeq_reviews.model import LONGEST_REPLY, REASONS, Filter, Reason, Review, State
from spoeq_reviews.service.moderating import (
    MOST_AT_ONCE,
    Preview,
    answer,
    chosen,
    counts,
    get_review,
    list_reviews,
    moderate,
    moderate_many,
    products_of,
)
from spoeq_reviews.service.writing import delete_review
from spoeq_reviews.views import staff_view

PATH: Final = "/admin/reviews"
PER_PAGE: Final = 50
LAST_PAGE: Final = 10_000
TABS: Final[Mapping[str, str]] = {
    "pending": message("To read"),
    "reported": message("Reported"),
    "published": message("Shown"),
    "rejected": message("Rejected"),
    "all": message("All"),
}
SLOTS: Final = ("admin.dashboard", "admin.product.side")
DECISIONS: Final[Mapping[str, State]] = {"publish": State.PUBLISHED, "reject": State.REJECTED}
AGAIN: Final = message("It was changed since you read it. Look at it again.")

blueprint = Blueprint("reviews_admin", __name__)


@blueprint.get("/reviews")
@staff(PERMISSION)
async def index() -> Response:
    """A page of the queue, or of another tab."""
    shop, tab, q = current_shop(), _tab(), query_text("q")
    number = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    product = query_text("product", longest=26)
    found = await list_reviews(shop, replace(_filter(tab, q), product_id=product), number, PER_PAGE)
    products = await products_of(shop, found.items)
    numbers = await counts(shop)
    return await render(
        "admin",
        "reviews/admin_list.html",
        page=page("Reviews"),
        tabs=[
            {"key": key, "label": translate(label), "active": key == tab, "count": numbers.get(key)}
            for key, label in TABS.items()
        ],
        tab=tab,
        q=q,
        product=product,
        rows=[_row(shop, review, products.get(review.product_id)) for review in found.items],
        total=found.total,
        number=number,
        pages=found.pages,
    )


@blueprint.post("/reviews/bulk")
@staff(PERMISSION)
async def look() -> Response:
    """What publishing or rejecting would do to the chosen ones."""
    form = await read_form()
    decision, seen = form.text("action"), _seen(form.texts("ids"))
    back = f"{PATH}?tab={form.text('tab')}" if form.text("tab") in TABS else PATH
    if decision not in DECISIONS or not seen:
        return flash(see_other(back), "Choose reviews and what to do with them.", "warn")
    found = await chosen(current_shop(), seen, DECISIONS[decision])
    return await _preview(found, decision, back)


@blueprint.post("/reviews/bulk/run")
@staff(PERMISSION)
async def run() -> Response:
    """Publish or reject them."""
    shop, form = current_shop(), await read_form()
    decision = form.text("action")
    if decision not in DECISIONS:
        raise Invalid.field("action", "Choose what to do with the reviews.", "enum")
    reason = _reason(form) if decision == "reject" else None
    done = await moderate_many(shop, _seen(form.text("ids").split(",")), DECISIONS[decision], reason)
    for review in done:
        await note(shop, "review.published" if review.is_shown else "review.rejected", review.id, reason=review.reason)
    words = (
        counted("%(n)s review is shown.", "%(n)s reviews are shown.", len(done))
        if decision == "publish"
        else counted("%(n)s review is rejected.", "%(n)s reviews are rejected.", len(done))
    )
    return flash(see_other(PATH), words)


@blueprint.get("/reviews/<key>")
@staff(PERMISSION)
async def show(key: str) -> Response:
    """A review, with what can be done with it."""
    return await _page(await get_review(current_shop(), key))


@blueprint.post("/reviews/<key>/decide")
@staff(PERMISSION)
async def decide(key: str) -> Response:
    """Publish or reject it."""
    shop, form = current_shop(), await read_form()
    review = await get_review(shop, key)
    decision = form.text("action")
    if decision not in DECISIONS:
        raise Invalid.field("action", "Choose what to do with the review.", "enum")
    try:
        reason = _reason(form) if decision == "reject" else None
        decided = await moderate(shop, _as_seen(review, form), DECISIONS[decision], reason)
    except Invalid as error:
        return await _page(review, form_state(form.as_dict(), error.errors), 422)
    except StaleAggregate:
        return flash(see_other(f"{PATH}/{key}"), AGAIN, "warn")
    await note(shop, "review.published" if decided.is_shown else "review.rejected", key, reason=decided.reason)
    return flash(see_other(PATH), "The review is shown." if decided.is_shown else "The review is rejected.")


@blueprint.post("/reviews/<key>/reply")
@staff(PERMISSION)
async def reply(key: str) -> Response:
    """Say something below it, or take that away."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    review = await get_review(shop, key)
    try:
        answered = await answer(shop, _as_seen(review, form), form.text("reply"), actor.name)
    except Invalid as error:
        return await _page(review, form_state(form.as_dict(), error.errors), 422)
    except StaleAggregate:
        return await _page(review, form_state(form.as_dict()), 409)
    await note(shop, "review.answered", key)
    return flash(see_other(f"{PATH}/{key}"), "The reply is saved." if answered.reply else "The reply is taken away.")


@blueprint.post("/reviews/<key>/delete")
@staff(PERMISSION)
async def remove(key: str) -> Response:
    """Delete it, with its photos."""
    shop, form = current_shop(), await read_form()
    review = await get_review(shop, key)
    try:
        await delete_review(shop, _as_seen(review, form))
    except StaleAggregate:
        return flash(see_other(f"{PATH}/{key}"), AGAIN, "warn")
    await note(shop, "review.deleted", key)
    return flash(see_other(PATH), "The review is deleted.")


async def fragments(shop: Shop, slot: str, told: Mapping[str, Any]) -> Sequence[Fragment] | None:
    """How many wait, on the start page; the reviews of a product, beside its form."""
    if not (await current_actor()).may(PERMISSION):
        return None
    if slot == "admin.dashboard":
        numbers = await counts(shop)
        return [Fragment("reviews/admin_cards.html", {"numbers": numbers, "path": PATH}, weight=20)]
    product = told["product"]
    if not product or "rating" not in product:
        return None
    return [Fragment("reviews/admin_product.html", {"rating": product["rating"], "path": PATH, "key": product["id"]})]


def _tab() -> str:
    wanted = query_text("tab")
    return wanted if wanted in TABS else "pending"


def _filter(tab: str, q: str) -> Filter:
    if tab == "reported":
        return Filter(reported=True, q=q)
    return Filter(state=State(tab) if tab in set(State) else None, q=q)


def _seen(texts: Sequence[str]) -> dict[str, int]:
    """The chosen ones, `id:version`."""
    pairs = [text.rpartition(":") for text in texts[:MOST_AT_ONCE]]
    return {key: int(version) for key, _, version in pairs if key and version.isdecimal() and len(version) < 10}  # noqa: PLR2004


def _as_seen(review: Review, form: Form) -> Review:
    """The review as staff read it: saving it is refused if its author changed it meanwhile."""
    return replace(review, version=form.integer("version", 0))


def _reason(form: Form) -> Reason:
    try:
        return Reason(form.text("reason"))
    except ValueError:
        raise Invalid.field("reason", "Choose why it is not shown.", "enum") from None


def _row(shop: Shop, review: Review, product: Product | None) -> dict[str, Any]:
    return {
        **staff_view(shop, review, product),
        "product": product.name if product else "",
        "key": f"{review.id}:{review.version}",
        "url": f"{PATH}/{review.id}",
        "why": [
            {"label": translate(REASONS[Reason(key)]), "count": count} for key, count in review.reported_as.items()
        ],
    }


async def _preview(found: Preview, decision: str, back: str) -> Response:
    refused: dict[str, int] = {}
    for _, why in found.refused:
        refused[translate(why)] = refused.get(translate(why), 0) + 1
    return await render(
        "admin",
        "reviews/admin_bulk.html",
        page=page("Publish reviews" if decision == "publish" else "Reject reviews"),
        action=decision,
        able=[{"id": item.id, "title": item.title, "rating": item.rating, "body": item.body} for item in found.able],
        ids=",".join(f"{item.id}:{item.version}" for item in found.able),
        reasons=list(refused.items()),
        why=_reasons(),
        back_url=back,
    )


async def _page(review: Review, form: dict[str, Any] | None = None, status: int = 200) -> Response:
    shop = current_shop()
    products = await products_of(shop, [review])
    product = products.get(review.product_id)
    return await render(
        "admin",
        "reviews/admin_one.html",
        status=status,
        page=page(review.title),
        review=_row(shop, review, product),
        product_slug=product.slug if product else "",
        sees_products=(await current_actor()).may("catalog.view"),
        reason_label=translate(REASONS[Reason(review.reason)]) if review.reason else "",
        why=_reasons(),
        longest=LONGEST_REPLY,
        order_id=review.order_id,
        form=form or form_state(),
    )


def _reasons() -> list[dict[str, str]]:
    return [{"value": key.value, "label": translate(label)} for key, label in REASONS.items()]
