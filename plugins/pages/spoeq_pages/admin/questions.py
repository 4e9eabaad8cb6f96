"""Staff pages: the frequent questions of the help page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from quart import Response

from spoeq_core.sdk import (
    BothChanged,
    Faults,
    FieldError,
    Form,
    Invalid,
    Shop,
    conflict_state,
    current_shop,
    flash,
    form_state,
    message,
    page,
    query_text,
    read_form,
    render,
    see_other,
    staff,
)
from spoeq_pages.admin.editing import Desk, change, note, prose, publish_chosen, wanted_state
from spoeq_pages.admin.routes import PERMISSION, QUESTIONS, blueprint
from spoeq_pages.facts import NAMES
from spoeq_pages.model import Question, refusals_of_question
from spoeq_pages.service import (
    create_question,
    delete_question,
    get_question,
    list_questions,
    update_question,
)

LABELS = {
    "topic": message("Topic"),
    "question": message("Question"),
    "answer": message("Answer"),
    "position": message("Position"),
}


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
    return flash(see_other(QUESTIONS), message("The question is saved."))


@blueprint.post("/questions/publish")
@staff(PERMISSION)
async def publish_questions() -> Response:
    """Publish or withdraw the questions that were chosen; those that cannot be are named."""
    return await publish_chosen(DESK)


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
    return await change(DESK, question_id, _saved)


@blueprint.post("/questions/<question_id>/delete")
@staff(PERMISSION)
async def remove_question(question_id: str) -> Response:
    """Remove a question."""
    shop = current_shop()
    gone = await delete_question(shop, question_id)
    await note(shop, "question.deleted", f"question:{gone.id}")
    return flash(see_other(QUESTIONS), message("The question is deleted."))


def _saved(_: Question) -> Response:
    return flash(see_other(QUESTIONS), message("The question is saved."))


async def _form(
    stored: Question | None,
    values: Mapping[str, Any],
    errors: Sequence[FieldError] = (),
    status: int = 200,
    conflict: BothChanged | None = None,
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
        form=form_state(values, errors),
        **conflict_state(DESK.texts(stored) if stored else None, DESK.labels, conflict, shown=values),
    )


def _entered(form: Form, stored: Question) -> Question:
    faults = Faults()
    entered = replace(
        stored,
        topic=form.text("topic"),
        question=form.text("question"),
        answer=prose(form, "answer"),
        position=faults.of(lambda: form.integer("position", 50), 50),
        published=wanted_state(form, stored.published),
    )
    faults.add(FieldError(item.field, item.message, item.code) for item in refusals_of_question(entered))
    faults.raise_if_any()
    return entered


def _values(stored: Question) -> dict[str, str]:
    return {
        "topic": stored.topic,
        "question": stored.question,
        "answer": stored.answer,
        "position": str(stored.position),
    }


def _typed(form: Form) -> dict[str, str]:
    return {**{name: form.text(name) for name in LABELS}, "answer": prose(form, "answer")}


async def _save(shop: Shop, stored: Question, form: Form) -> Question:
    return await update_question(shop, _entered(form, stored))


async def _publish(shop: Shop, stored: Question, published: bool) -> Question:
    return await update_question(shop, replace(stored, published=published))


DESK: Final[Desk[Question]] = Desk(
    noun="question",
    records=("question.changed", "question.published", "question.withdrawn"),
    path=QUESTIONS,
    first="question",
    labels=LABELS,
    find=get_question,
    texts=_values,
    typed=_typed,
    save=_save,
    publish=_publish,
    name=lambda stored: stored.question,
    page=_form,
)
