"""Where the staff pages mount, who may open them, and what they write into the audit log."""

from __future__ import annotations

from typing import Final

from quart import Blueprint, Response

from spoeq_core.sdk import Form, Shop, current_actor, flash, record, see_other

PERMISSION: Final = "pages.manage"
PAGES: Final = "/admin/pages"
QUESTIONS: Final = "/admin/questions"
PUBLISH, WITHDRAW = "publish", "withdraw"
MOST_AT_ONCE: Final = 200

blueprint = Blueprint("pages_admin", __name__)


async def note(shop: Shop, action: str, target: str) -> None:
    """Write into the audit log what staff did."""
    actor = await current_actor()
    await record(shop, action, target, actor_id=actor.id, actor_name=actor.name)


def wanted_state(form: Form, current: bool) -> bool:
    """Whether it shall be published, by the button that was pressed."""
    return {PUBLISH: True, WITHDRAW: False}.get(form.text("do"), current)


def told(back: str, done: int, noun: str, verb: str, refused: list[str]) -> Response:
    """To the list, with what was done and what was not."""
    if not (done or refused):
        return flash(see_other(back), f"Nothing was {verb}: choose {noun}s by their boxes first.", "info")
    words = f"{done} {noun if done == 1 else noun + 's'} {verb}."
    if refused:
        return flash(see_other(back), f"{words} Not done: {' '.join(refused)}", "warn")
    return flash(see_other(back), words)


def prose(form: Form, name: str) -> str:
    """What was typed into a text area, with the line ends of every system made one."""
    return form.text(name).replace("\r\n", "\n").replace("\r", "\n")
