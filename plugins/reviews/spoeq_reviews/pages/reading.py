"""Reading: all reviews of a product, one by itself, finding it helpful, reporting it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from quart import Response, request

from spoeq_core.sdk import (
    Form,
    Invalid,
    NotFound,
    Product,
    card_view,
    counted,
    current_shop,
    flash,
    form_state,
    json_response,
    message,
    page,
    product_by_id_or_slug,
    public,
    query_int,
    query_text,
    read_form,
    render,
    see_other,
    translate,
)
from spoeq_reviews.limits import limit_reports, limit_votes
from spoeq_reviews.model import ORDERS, PER_PAGE, REASONS, Filter, Order, Reason, Review, State
from spoeq_reviews.pages.routes import blueprint, keep_reader, reader
from spoeq_reviews.service.moderating import list_reviews
from spoeq_reviews.service.voting import find_helpful, found_helpful, report, shown_review
from spoeq_reviews.views import rating_view, review_view

LAST_PAGE = 10_000
STARS = {"1", "2", "3", "4", "5"}


@blueprint.get("/product/<slug>/reviews")
@public
async def of_product(slug: str) -> Response:
    """All reviews of a product, ten a page, narrowed and ordered as the address says."""
    shop = current_shop()
    product = await product_by_id_or_slug(shop, slug)
    stars = int(request.args["stars"]) if request.args.get("stars") in STARS else 0
    sort = query_text("sort")
    order = Order(sort) if sort in set(Order) else Order.HELPFUL
    number = query_int("page", 1, minimum=1, maximum=LAST_PAGE)
    wanted = Filter(product.id, State.PUBLISHED, stars=stars, order=order)
    found = await list_reviews(shop, wanted, number, PER_PAGE)
    if number > found.pages:
        raise NotFound(message("This list has %(n)s pages.", n=found.pages))
    path = f"/product/{product.slug}/reviews"
    card = card_view(shop, product)
    card["rating"]["stars"] = list(product.rating_stars) or [0] * len(STARS)
    plain = not stars and number == 1 and not sort
    return await render(
        "storefront",
        "reviews/list.html",
        page=page(
            message("Reviews of %(product)s", product=product.name), canonical=path if plain else "", noindex=not plain
        ),
        product=card,
        rating=rating_view(card),
        reviews=[review_view(shop, review, product) for review in found.items],
        total=found.total,
        stars=stars,
        sort=order.value,
        orders=[{"value": key.value, "label": translate(label)} for key, label in ORDERS.items()],
        path=path,
        number=number,
        pages=found.pages,
        next_url=_address(path, stars, order, number + 1) if number < found.pages else "",
        prev_url=_address(path, stars, order, number - 1) if number > 1 else "",
    )


@blueprint.get("/reviews/<key>")
@public
async def one(key: str) -> Response:
    """A review by itself, with what the visitor thinks of it."""
    shop = current_shop()
    review = await shown_review(shop, key)
    product = await product_by_id_or_slug(shop, review.product_id)
    who, _ = await reader(shop)
    return await render(
        "storefront",
        "reviews/one.html",
        page=page(review.title, noindex=True),
        product=card_view(shop, product),
        review=review_view(shop, review, product),
        mine=await found_helpful(shop, review, who),
    )


@blueprint.post("/reviews/<key>/helpful")
@public
async def vote(key: str) -> Response:
    """Count a vote, or take it back; a module of ours gets JSON, a browser without it the review's own page."""
    shop, form = current_shop(), await read_form()
    await limit_votes(shop)
    review = await shown_review(shop, key)
    who, cookie = await reader(shop)
    yes = form.text("value") != "0"
    votes = await find_helpful(shop, review, who, yes=yes)
    words = _thanks(review, who, yes=yes)
    if request.headers.get("Accept") == "application/json":
        said = {
            "value": "0" if yes else "1",
            "button": translate("Take it back") if yes else translate("Helpful"),
            "count": translate(counted("%(n)s person found this helpful", "%(n)s people found this helpful", votes)),
            "votes": votes,
            "said": translate(words),
        }
        return keep_reader(shop, json_response(said), cookie)
    return keep_reader(shop, flash(see_other(f"/reviews/{review.id}"), words), cookie)


@blueprint.get("/reviews/<key>/report")
@public
async def ask_why(key: str) -> Response:
    """Ask why a review should not be shown."""
    review = await shown_review(current_shop(), key)
    return await _report_form(review, form_state())


@blueprint.post("/reviews/<key>/report")
@public
async def report_it(key: str) -> Response:
    """Note it, and go back to the product."""
    shop, form = current_shop(), await read_form()
    await limit_reports(shop)
    review = await shown_review(shop, key)
    try:
        reason = _reason(form)
    except Invalid as error:
        return await _report_form(review, form_state(form.as_dict(), error.errors), 422)
    product = await product_by_id_or_slug(shop, review.product_id)
    who, cookie = await reader(shop)
    await report(shop, review, who, reason)
    back = see_other(f"/product/{product.slug}/reviews")
    return keep_reader(shop, flash(back, "Thank you. We look at this review."), cookie)


async def _report_form(review: Review, form: dict[str, Any], status: int = 200) -> Response:
    shop = current_shop()
    product: Product = await product_by_id_or_slug(shop, review.product_id)
    return await render(
        "storefront",
        "reviews/report.html",
        status=status,
        page=page("Report a review", noindex=True),
        product=card_view(shop, product),
        review=review_view(shop, review, product),
        reasons=[{"value": key.value, "label": translate(label)} for key, label in REASONS.items()],
        form=form,
    )


def _reason(form: Form) -> Reason:
    try:
        return Reason(form.text("reason"))
    except ValueError:
        raise Invalid.field("reason", "Choose what is wrong with it.", "enum") from None


def _thanks(review: Review, who: str, *, yes: bool) -> str:
    if yes and who == review.author:
        return message("This is your own review.")
    return message("Thank you. It counts.") if yes else message("Taken back.")


def _address(path: str, stars: int, order: Order, number: int) -> str:
    given = {"stars": stars or "", "sort": order.value, "page": number if number > 1 else ""}
    return f"{path}?{urlencode({name: value for name, value in given.items() if value})}"
