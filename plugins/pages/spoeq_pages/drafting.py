"""What the plugin brings when it is first enabled: drafts of the pages a shop in India needs, and common questions."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from importlib.resources import files
from typing import Any, Final

from spoeq_core.sdk import Conflict, Invalid, Shop
from spoeq_pages.documents import MarkRepository
from spoeq_pages.model import Changes, Mark, Place, Question
from spoeq_pages.service import create_page, create_question

DRAFTED: Final = "drafts"


async def bring_drafts(shop: Shop) -> None:
    """Store the drafts, once a shop: what staff delete does not come back. May be repeated after a crash."""
    marks = shop.repository(MarkRepository)
    if await marks.find_by_id(DRAFTED) is not None:
        return
    for draft in _drafts("pages"):
        await _page(shop, draft)
    for draft in _drafts("questions"):
        await _question(shop, draft)
    with suppress(Conflict):
        await marks.insert(Mark(DRAFTED, shop.clock.now()))


def _drafts(name: str) -> list[dict[str, Any]]:
    text = files("spoeq_pages").joinpath("drafts", f"{name}.toml").read_text("utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)[name]
    return found


async def _page(shop: Shop, draft: dict[str, Any]) -> None:
    """Store a draft under an id that its slug makes, so that a second attempt finds it."""
    changes = Changes(**{**draft, "place": Place(draft["place"])})
    try:
        await create_page(shop, changes, page_id=f"draft-{changes.slug}")
    except Invalid as error:
        if any(item.code != "taken" for item in error.errors):
            raise


async def _question(shop: Shop, draft: dict[str, Any]) -> None:
    with suppress(Conflict):
        await create_question(shop, Question(**{**draft, "id": f"draft-{draft['id']}"}))
