"""What staff do with pages and with questions alike: change what others may change too, publish several, delete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from quart import Response

from spoeq_core.sdk import (
    BothChanged,
    FieldError,
    Form,
    Invalid,
    NotFound,
    Shop,
    StaleAggregate,
    current_actor,
    current_shop,
    flash,
    message,
    read_form,
    record,
    see_other,
    sentences,
    settled,
)
from spoeq_pages.model import Page, Question

PUBLISH, WITHDRAW = "publish", "withdraw"
MOST_AT_ONCE = 200
ATTEMPTS = 5
GONE = message("Somebody deleted this meanwhile. What you typed is kept here: saving makes a new one of it.")


T = TypeVar("T", Page, Question)


@dataclass(frozen=True)
class Desk(Generic[T]):
    """What the staff's ways with pages and with questions differ in.

    Attributes:
        noun: "page", "question": in the audit log.
        records: How the audit log calls a change, a publication and a withdrawal.
        path: The list's address.
        first: The field that errors of the whole stand at.
        labels: What the fields are called.
        find: The one of an id, or NotFound.
        texts: Its fields as the form shows them.
        typed: The same of a form.
        save: Stores one as a form has it; StaleAggregate if it is stored otherwise than it was read.
        publish: The same with another state.
        name: What it is called where several are refused.
        page: The form's page.
    """

    noun: str
    records: tuple[str, str, str]
    path: str
    first: str
    labels: Mapping[str, str]
    find: Callable[[Shop, str], Awaitable[T]]
    texts: Callable[[T], dict[str, str]]
    typed: Callable[[Form], dict[str, str]]
    save: Callable[[Shop, T, Form], Awaitable[T]]
    publish: Callable[[Shop, T, bool], Awaitable[T]]
    name: Callable[[T], str]
    page: Callable[..., Awaitable[Response]]


async def change(desk: Desk[T], text_id: str, saved: Callable[[T], Response]) -> Response:
    """Store what was typed, with what only others changed since; the form again where somebody has to choose."""
    shop, form = current_shop(), await read_form()
    for _ in range(ATTEMPTS):
        try:
            stored = await desk.find(shop, text_id)
        except NotFound:
            return await _gone(desk, form)
        try:
            found = await desk.save(shop, stored, settled(form, desk.typed(form), desk.texts(stored)))
        except BothChanged as error:
            return await desk.page(stored, error.taken_over(form), status=409, conflict=error)
        except Invalid as error:
            return await desk.page(stored, form.as_dict(), error.errors, 422)
        except StaleAggregate:
            continue
        await note(shop, desk.records[0], f"{desk.noun}:{found.id}")
        return saved(found)
    raise StaleAggregate(message("This is being changed by many at once."), hint=message("Try again."))


async def publish_chosen(desk: Desk[T]) -> Response:
    """Publish or withdraw those that were chosen; those that cannot be are named."""
    shop, form = current_shop(), await read_form()
    published = form.text("do") == PUBLISH
    done = 0
    refused: list[str] = []
    for text_id in dict.fromkeys(form.texts("id")[:MOST_AT_ONCE]):
        try:
            stored = await desk.find(shop, text_id)
            if stored.published == published:
                continue
            await desk.publish(shop, stored, published)
        except (NotFound, StaleAggregate):
            continue
        except Invalid as error:
            refused.append(sentences((desk.name(stored), error.errors[0].message)))
            continue
        done += 1
        await note(shop, desk.records[1 if published else 2], f"{desk.noun}:{text_id}")
    return _told(desk, done, published, refused)


async def note(shop: Shop, action: str, target: str) -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    await record(shop, action, target, actor_id=actor.id, actor_name=actor.name)


def wanted_state(form: Form, current: bool) -> bool:
    """Whether it shall be published, by the button that was pressed."""
    return {PUBLISH: True, WITHDRAW: False}.get(form.text("do"), current)


def prose(form: Form, name: str) -> str:
    """What was typed into a text area, with the line ends of every system made one."""
    return form.text(name).replace("\r\n", "\n").replace("\r", "\n")


async def _gone(desk: Desk[T], form: Form) -> Response:
    return await desk.page(None, form.as_dict(), [FieldError(desk.first, GONE)], 409)


def _told(desk: Desk[T], done: int, published: bool, refused: list[str]) -> Response:
    """To the list, with what was done and what was not."""
    back = see_other(desk.path)
    if not (done or refused):
        return flash(back, message("Nothing is changed. Choose some by their boxes first."), "info")
    words = message("Published: %(n)s.", n=done) if published else message("Withdrawn: %(n)s.", n=done)
    if not refused:
        return flash(back, words)
    return flash(back, sentences((words, message("Not done: %(which)s", which=sentences(refused)))), "warn")
