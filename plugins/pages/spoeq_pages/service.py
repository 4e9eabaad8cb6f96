"""What staff do with pages and questions, and what the shop shows of them."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeVar

from spoeq_core.sdk import Conflict, FieldError, Invalid, NotFound, Shop, StaleAggregate, message, new_id, slugify
from spoeq_pages.documents import PageRepository, QuestionRepository
from spoeq_pages.facts import missing_facts
from spoeq_pages.model import (
    Changes,
    Link,
    Page,
    Question,
    Refusal,
    Topic,
    by_topic,
    refusals_of_page,
    refusals_of_question,
    with_former,
)

T = TypeVar("T")


async def published_links(shop: Shop) -> tuple[Link, ...]:
    """The published pages."""
    return await shop.cache.get_or_make("pages published", shop.repository(PageRepository).links)


async def page_at(shop: Shop, slug: str) -> Page:
    """The published page of that address; its `slug` is another one if it has moved.

    Raises:
        NotFound: there is none, or it is not published.
    """
    found = await shop.repository(PageRepository).at(slug)
    if found is None or not found.published:
        raise NotFound(
            message("There is no page “%(name)s”.", name=slug), hint="It may have been renamed or withdrawn."
        )
    return found


async def get_page(shop: Shop, page_id: str) -> Page:
    """The page of that id, published or not.

    Raises:
        NotFound: there is none.
    """
    return await shop.repository(PageRepository).get(page_id)


async def list_pages(
    shop: Shop, *, q: str = "", published: bool | None = None, page: int = 1, per_page: int = 50
) -> tuple[list[Page], int]:
    """A page of the pages that hold some words, by title, and how many there are."""
    return await shop.repository(PageRepository).matching(
        q, published=published, skip=(page - 1) * per_page, limit=per_page
    )


async def create_page(shop: Shop, changes: Changes, *, page_id: str = "") -> Page:
    """A new page; without a slug its title makes one.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    now = shop.clock.now()
    fresh = changed_page(Page(page_id or new_id(), "", "", created_at=now, updated_at=now), changes)
    return await _store_page(shop, fresh, new=True)


async def update_page(shop: Shop, page: Page, changes: Changes) -> Page:
    """The page changed; at an address that it had before it is still found.

    Args:
        shop: The shop.
        page: As it was read, its version that of what the change was made from.
        changes: What staff entered.

    Raises:
        Invalid: with an error for each field that is refused.
        StaleAggregate: somebody else changed or deleted it meanwhile.
    """
    changed = changed_page(page, changes)
    former = with_former(page.former, page.slug, changed.slug) if page.published else page.former
    return await _store_page(shop, replace(changed, former=former, updated_at=shop.clock.now()))


async def publish_page(shop: Shop, page: Page, *, published: bool = True) -> Page:
    """The page shown to everybody, or to staff only.

    Raises:
        Invalid: it cannot be published as it is.
        StaleAggregate: somebody else changed or deleted it meanwhile.
    """
    if page.published == published:
        return page
    return await _store_page(shop, replace(page, published=published, updated_at=shop.clock.now()))


async def delete_page(shop: Shop, page_id: str) -> Page:
    """Remove a page for good; what was removed.

    Raises:
        NotFound: there is none.
    """
    page = await get_page(shop, page_id)
    await shop.repository(PageRepository).delete(page.id)
    return page


async def help_topics(shop: Shop) -> list[Topic]:
    """The published questions under their topics."""
    return by_topic(await shop.repository(QuestionRepository).matching("", published=True))


async def list_questions(shop: Shop, *, q: str = "") -> list[Topic]:
    """All questions that hold some words, under their topics."""
    return by_topic(await shop.repository(QuestionRepository).matching(q))


async def get_question(shop: Shop, question_id: str) -> Question:
    """The question of that id.

    Raises:
        NotFound: there is none.
    """
    return await shop.repository(QuestionRepository).get(question_id)


async def create_question(shop: Shop, question: Question) -> Question:
    """A new question.

    Raises:
        Invalid: with an error for each field that is refused.
    """
    now = shop.clock.now()
    fresh = replace(question, id=question.id or new_id(), version=1, created_at=now, updated_at=now)
    _check_question(shop, fresh)
    return await shop.repository(QuestionRepository).insert(fresh)


async def update_question(shop: Shop, question: Question) -> Question:
    """The question changed.

    Raises:
        Invalid: with an error for each field that is refused.
        StaleAggregate: somebody else changed or deleted it meanwhile.
    """
    changed = replace(question, updated_at=shop.clock.now())
    _check_question(shop, changed)
    return await shop.repository(QuestionRepository).save(changed)


async def delete_question(shop: Shop, question_id: str) -> Question:
    """Remove a question; what was removed.

    Raises:
        NotFound: there is none.
    """
    question = await get_question(shop, question_id)
    await shop.repository(QuestionRepository).delete(question.id)
    return question


def changed_page(page: Page, changes: Changes) -> Page:
    """The page with what staff entered; without a slug its title makes one."""
    return replace(
        page,
        title=changes.title,
        slug=changes.slug or slugify(changes.title),
        body=changes.body,
        description=changes.description,
        place=changes.place,
        position=changes.position,
        published=changes.published,
    )


async def _store_page(shop: Shop, page: Page, *, new: bool = False) -> Page:
    _refuse(refusals_of_page(page), page.title)
    if page.published:
        _require_facts(shop, "body", page.body)
    pages = shop.repository(PageRepository)
    return await _unique(pages.insert(page) if new else pages.save(page))


def _check_question(shop: Shop, question: Question) -> None:
    _refuse(refusals_of_question(question), question.question)
    if question.published:
        _require_facts(shop, "answer", question.answer)


def _refuse(refusals: Sequence[Refusal], title: str) -> None:
    if refusals:
        errors = [FieldError(item.field, item.message, item.code) for item in refusals]
        said = message("“%(name)s” was not saved: fields were refused.", name=title[:40])
        nameless = message("This was not saved: fields were refused.")
        raise Invalid(said if title else nameless, errors=errors, hint="Mend what is named.")


def _require_facts(shop: Shop, field: str, text: str) -> None:
    missing = missing_facts(shop, text)
    if missing:
        message = f"The text uses what Settings does not say yet: {', '.join(missing)}. Fill it in there first."
        raise Invalid.field(field, message, "fact_missing")


async def _unique(write: Awaitable[T]) -> T:
    try:
        return await write
    except StaleAggregate:
        raise
    except Conflict:
        raise Invalid.field("slug", "Another page has this address.", "taken") from None
