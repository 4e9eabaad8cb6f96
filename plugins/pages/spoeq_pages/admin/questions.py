"""Staff pages: the frequent questions of the help page."""

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
    page,
    query_text,
    read_form,
    render,
    see_other,
    staff,
)
from spoeq_pages.admin.routes import (
    MOST_AT_ONCE,
    PERMISSION,
    PUBLISH,
    QUESTIONS,
    blueprint,
    note,
    prose,
    told,
    wanted_state,
)
from spoeq_pages.facts import NAMES
from spoeq_pages.model import Question
from spoeq_pages.service import (
    create_question,
    delete_question,
    get_question,
    list_questions,
    update_question,
)

LABELS = {"topic": "Topic", "question": "Question", "answer": "Answer", "position": "Position"}


@blueprint.get("/questions")
@staff(PERMISSION)
async def list_all() -> Response:
    """All questions under their topics."""
    q = query_text("q")
    topics = await list_questions(current_shop(), q=q)
    return await render("admin", "pages_plugin/questions.html", page=page("Questions"), topics=topics, q=q)


@blueprint.get("/questions/new")
@staff(PERMISSION)
async def new_question() -> Response:
    """An empty form."""
    return await _form(None, {"topic": query_text("topic"), "position": "50"})


@blueprint.post("/questions/new")
@staff(PERMISSION)
async def add_question() -> Response:
    """Store a new question."""
    shop, form = current_shop(), await read_form()
    try:
        stored = await create_question(shop, _entered(form, Question("", "", "")))
    except Invalid as error:
        return await _form(None, form.as_dict(), error.errors, 422)
    await note(shop, "question.created", f"question:{stored.id}")
    return flash(see_other(QUESTIONS), "The question is saved.")


@blueprint.post("/questions/publish")
@staff(PERMISSION)
async def publish_questions() -> Response:
    """Publish or withdraw the questions that were chosen; those that cannot be are named."""
    shop, form = current_shop(), await read_form()
    published = form.text("do") == PUBLISH
    done, refused = 0, []
    for question_id in dict.fromkeys(form.texts("id")[:MOST_AT_ONCE]):
        try:
            stored = await get_question(shop, question_id)
            if stored.published == published:
                continue
            await update_question(shop, replace(stored, published=published))
        except (NotFound, StaleAggregate):
            continue
        except Invalid as error:
            refused.append(f"{stored.question} {error.errors[0].message}")
            continue
        done += 1
        await note(shop, "question.published" if published else "question.withdrawn", f"question:{question_id}")
    return told(QUESTIONS, done, "question", "published" if published else "withdrawn", refused)


@blueprint.get("/questions/<question_id>")
@staff(PERMISSION)
async def edit_question(question_id: str) -> Response:
    """A question's form."""
    stored = await get_question(current_shop(), question_id)
    return await _form(stored, _values(stored))


@blueprint.post("/questions/<question_id>")
@staff(PERMISSION)
async def change_question(question_id: str) -> Response:
    """Change a question, or say what somebody else changed meanwhile."""
    shop, form = current_shop(), await read_form()
    try:
        stored = await get_question(shop, question_id)
    except NotFound:
        return await _gone(form)
    try:
        saved = await update_question(shop, _entered(form, stored))
    except Invalid as error:
        return await _form(stored, form.as_dict(), error.errors, 422)
    except StaleAggregate:
        return await _conflict(form, question_id)
    await note(shop, "question.changed", f"question:{saved.id}")
    return flash(see_other(QUESTIONS), "The question is saved.")


@blueprint.post("/questions/<question_id>/delete")
@staff(PERMISSION)
async def remove_question(question_id: str) -> Response:
    """Remove a question."""
    shop = current_shop()
    gone = await delete_question(shop, question_id)
    await note(shop, "question.deleted", f"question:{gone.id}")
    return flash(see_other(QUESTIONS), "The question is deleted.")


async def _conflict(form: Form, question_id: str) -> Response:
    try:
        stored = _values(theirs := await get_question(current_shop(), question_id))
    except NotFound:
        return await _gone(form)
    mine = {**form.as_dict(), "answer": prose(form, "answer")}
    differences = [
        {"label": label, "mine": mine.get(name, ""), "theirs": stored[name]}
        for name, label in LABELS.items()
        if mine.get(name, "") != stored[name]
    ]
    return await _form(theirs, {**mine, "version": stored["version"]}, status=409, differences=differences)


async def _gone(form: Form) -> Response:
    message = "Somebody deleted this question meanwhile. What you typed is kept here: saving makes a new one of it."
    return await _form(None, form.as_dict(), [FieldError("question", message)], 409)


async def _form(
    stored: Question | None,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    differences: Sequence[Mapping[str, str]] = (),
) -> Response:
    topics = [topic.name for topic in await list_questions(current_shop())]
    return await render(
        "admin",
        "pages_plugin/question_edit.html",
        status=status,
        page=page(stored.question if stored else "New question"),
        stored=stored,
        topics=topics,
        facts=NAMES,
        differences=differences,
        form=form_state(values, errors),
    )


def _entered(form: Form, stored: Question) -> Question:
    return replace(
        stored,
        topic=form.text("topic"),
        question=form.text("question"),
        answer=prose(form, "answer"),
        position=form.integer("position", 50),
        published=wanted_state(form, stored.published),
        version=form.integer("version", stored.version),
    )


def _values(stored: Question) -> dict[str, str]:
    return {
        "topic": stored.topic,
        "question": stored.question,
        "answer": stored.answer,
        "position": str(stored.position),
        "version": str(stored.version),
    }
