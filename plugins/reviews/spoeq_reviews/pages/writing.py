"""Writing a review, changing it, deleting it: for customers, and for guests by the link of their order."""

from __future__ import annotations

from typing import Any

from quart import Response, request

from spoeq_core.sdk import (
    Conflict,
    FieldError,
    Forbidden,
    Form,
    Invalid,
    Product,
    Shop,
    StaleAggregate,
    TooLarge,
    card_view,
    current_shop,
    flash,
    form_state,
    message,
    page,
    page_language,
    product_by_id_or_slug,
    public,
    read_form,
    render,
    see_other,
)
from spoeq_reviews.limits import limit_writing
from spoeq_reviews.model import LONGEST_BODY, LONGEST_TITLE, MOST_PHOTOS, Author, Draft, Review, Words
from spoeq_reviews.pages.routes import blueprint, current_author, link_of_order, to_sign_in, with_order
from spoeq_reviews.service.writing import (
    change_review,
    delete_review,
    may_review,
    own_review,
    review_of,
    write_review,
)
from spoeq_reviews.settings import ReviewSettings
from spoeq_reviews.views import own_view

SHOWN = message("Thank you. Your review is shown now.")
WAITS = message("Thank you. We read your review before we show it.")
MEANWHILE = message("You wrote or changed this review elsewhere meanwhile. What you typed is here: saving keeps it.")


@blueprint.get("/reviews/write/<slug>")
@public
async def ask(slug: str) -> Response:
    """An empty form, or one's review in it."""
    shop = current_shop()
    product = await product_by_id_or_slug(shop, slug)
    author = await current_author(*link_of_order())
    if author is None:
        return to_sign_in(f"/reviews/write/{slug}")
    review = await review_of(shop, product.id, author)
    if review is None and not await may_review(shop, author, product.id):
        return await _not_bought(shop, product)
    return await _form(shop, product, review, form_state(_values(review)))


@blueprint.post("/reviews/write/<slug>")
@public(uploads=True)
async def write(slug: str) -> Response:
    """Store it, or say what is wrong with it."""
    shop, form = current_shop(), await read_form()
    product = await product_by_id_or_slug(shop, slug, hidden=True)
    author = await current_author(*link_of_order())
    if author is None:
        return to_sign_in(f"/reviews/write/{slug}")
    await limit_writing(shop, author.key)
    stored = await review_of(shop, product.id, author)
    try:
        draft = Draft(_words(form), await _photos(), frozenset(form.texts("without")))
        saved = await _saved(shop, author, product, draft, form.integer("version", 0))
    except Forbidden:
        return await _not_bought(shop, product)
    except (StaleAggregate, Conflict):
        now = await review_of(shop, product.id, author)
        errors = [FieldError("title", MEANWHILE, "stale")]
        return await _form(shop, product, now, form_state(form.as_dict(), errors), 409)
    except (Invalid, TooLarge) as error:
        errors = list(error.errors) if isinstance(error, Invalid) else [FieldError("photos", error.message)]
        return await _form(shop, product, stored, form_state(form.as_dict(), errors), 422)
    words = (
        "Thank you. Your review is shown now."
        if saved.is_shown
        else "Thank you. We read your review before we show it."
    )
    return flash(see_other(_after(product, author)), words)


@blueprint.post("/reviews/<key>/delete")
@public
async def remove(key: str) -> Response:
    """Delete one's review, with its photos."""
    shop = current_shop()
    order_id, token = link_of_order()
    author = await current_author(order_id, token)
    review = await own_review(shop, key, author)
    try:
        await delete_review(shop, review)
    except StaleAggregate:
        return flash(see_other("/account/reviews"), "The review was changed meanwhile. Look at it again.", "warn")
    back = with_order(f"/reviews/order/{order_id}", order_id, token) if order_id else "/account/reviews"
    return flash(see_other(back), "Your review is deleted.")


async def _saved(shop: Shop, author: Author, product: Product, draft: Draft, version: int) -> Review:
    """What is stored now; `version` is the review's that the form was made from, 0 for a new one.

    Raises:
        StaleAggregate: it is not that version any more.
    """
    stored = await review_of(shop, product.id, author)
    if stored is None:
        return await write_review(shop, author, product, draft)
    if stored.version != version:
        raise StaleAggregate("The review was changed meanwhile.")
    return await change_review(shop, stored, product, author, draft)


async def _photos() -> tuple[bytes, ...]:
    """The files that were sent; an empty field is none."""
    sent = (await request.files).getlist("photos")
    return tuple(content for file in sent if file.filename and (content := file.read()))


def _words(form: Form) -> Words:
    rating = form.text("rating")
    stars = int(rating) if rating in {"1", "2", "3", "4", "5"} else 0
    return Words(stars, form.text("title"), form.text("body"), page_language())


def _values(review: Review | None) -> dict[str, str]:
    if review is None:
        return {}
    return {"rating": str(review.rating), "title": review.title, "body": review.body}


async def _form(
    shop: Shop, product: Product, review: Review | None, form: dict[str, Any], status: int = 200
) -> Response:
    order_id, token = link_of_order()
    title = message("Your review of %(product)s", product=product.name)
    chosen = bool(form["summary"]) and bool([file for file in (await request.files).getlist("photos") if file.filename])
    return await render(
        "storefront",
        "reviews/write.html",
        status=status,
        page=page(title, noindex=True),
        product=card_view(shop, product),
        review=own_view(shop, review, product) if review else None,
        form=form,
        action=with_order(f"/reviews/write/{product.slug}", order_id, token),
        delete_action=with_order(f"/reviews/{review.id}/delete", order_id, token) if review else "",
        with_photos=shop.plugin_settings(ReviewSettings).photos,
        photos_again=chosen,
        room=MOST_PHOTOS - (len(review.photos) if review else 0),
        limits={
            "title": LONGEST_TITLE,
            "body": LONGEST_BODY,
            "photos": MOST_PHOTOS,
            "megabytes": shop.settings.max_upload_bytes // 2**20,
        },
    )


async def _not_bought(shop: Shop, product: Product) -> Response:
    return await render(
        "storefront",
        "reviews/not_bought.html",
        status=403,
        page=page("Only buyers can review this", noindex=True),
        product=card_view(shop, product),
    )


def _after(product: Product, author: Author) -> str:
    order_id, token = link_of_order()
    if not author.customer_id:
        return with_order(f"/reviews/order/{order_id}", order_id, token)
    return f"/product/{product.slug}/reviews"
