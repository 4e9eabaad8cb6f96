"""Staff pages: events that a subscriber could not handle, by what went wrong."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from quart import Blueprint, Response

from spoeq_core.audit.service import record
from spoeq_core.kernel.errors import Conflict, FieldError, NotFound
from spoeq_core.kernel.outbox import DeadLetter, DeadLetters
from spoeq_core.web.access import current_actor, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import form_state, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.theming import render

blueprint = Blueprint("admin_dead_letters", __name__)

PATH = "/admin/dead-letters"
MOST = 1000
SHOWN = 5
"""Events that a group lists; it counts them all."""
PERSONAL = ("email", "phone", "name", "address", "line1", "line2", "contact", "token", "to")


@blueprint.get("/dead-letters")
@staff("dead_letters.manage")
async def list_letters() -> Response:
    """Deliveries that were given up, those that failed alike together."""
    return await _page()


@blueprint.post("/dead-letters/<key>")
@staff("dead_letters.manage")
async def handle(key: str) -> Response:
    """Deliver one event again, or a whole group; or discard them with a reason."""
    shop, form, actor = current_shop(), await read_form(), await current_actor()
    letters = DeadLetters(shop.mongo, shop.clock)
    group = form.text("group")
    keys = [letter.id for letter in await letters.find(limit=MOST) if group_of(letter) == group] if group else [key]
    reason = (form.text(f"reason-{group}") or form.text("reason"))[:500]
    if form.text("action") == "replay":
        done = await _each(letters.replay(one) for one in keys)
        words, act = f"{_events(done)} will be delivered again.", "replayed"
    elif not reason:
        return await _page([FieldError(f"reason-{group or key}", "Say why this is discarded.", "missing")], 422)
    else:
        done = await _each(letters.discard(one, reason=reason, actor=actor.id or actor.email) for one in keys)
        words, act = f"{_events(done)} discarded.", "discarded"
    if done == 0 and not group:
        raise NotFound("This event has no dead delivery any more.", hint="Reload the list.")
    by = {"actor_id": actor.id, "actor_name": actor.name}
    await record(shop, f"event.{act}", f"event:{group or key}", **by, detail={"events": done, "reason": reason})
    return flash(see_other(PATH), words)


async def _page(errors: list[FieldError] | None = None, status: int = 200) -> Response:
    shop = current_shop()
    found = await DeadLetters(shop.mongo, shop.clock).find(limit=MOST)
    form = form_state({}, errors or [])
    groups = grouped(found)
    return await render(
        "admin",
        "pages/dead_letters.html",
        status,
        page=page("Dead letters"),
        groups=groups,
        total=len(found),
        form=form,
    )


def grouped(letters: Iterable[DeadLetter]) -> list[dict[str, Any]]:
    """The letters by event, subscriber and error, the largest group first."""
    groups: dict[str, dict[str, Any]] = {}
    for letter in letters:
        key = group_of(letter)
        group = groups.setdefault(
            key,
            {"key": key, "type": letter.type, "subscriber": letter.subscriber, "error": letter.error, "letters": []},
        )
        group["letters"].append(
            {"id": letter.id, "at": letter.at, "attempts": letter.attempts, "data": masked(letter.data)}
        )
    ordered = sorted(groups.values(), key=lambda group: (-len(group["letters"]), group["type"]))
    return [{**group, "count": len(group["letters"]), "letters": group["letters"][:SHOWN]} for group in ordered]


def group_of(letter: DeadLetter) -> str:
    """The key of the group a letter belongs to."""
    return hashlib.sha256("\0".join((letter.type, letter.subscriber, letter.error)).encode()).hexdigest()[:24]


def masked(data: Mapping[str, Any]) -> dict[str, Any]:
    """An event's data without what is personal or secret."""
    return {name: _masked(name, value) for name, value in data.items()}


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if any(name == word or name.endswith(f"_{word}") for word in PERSONAL):
        return "•••" if value else value
    return value


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"


async def _each(changes: Iterable[Any]) -> int:
    """How many of the changes were made; what somebody else dealt with meanwhile is passed over."""
    results = await asyncio.gather(*(_tried(change) for change in changes))
    return sum(results)


async def _tried(change: Any) -> int:
    try:
        await change
    except (Conflict, NotFound):
        return 0
    return 1
