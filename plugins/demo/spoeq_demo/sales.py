"""A sale that runs, planned through the shop's own API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from spoeq_core.sdk import Settings, SpoeqError
from spoeq_demo.asking import as_admin

NAME = "Pottery month"
LASTS = timedelta(days=30)
CREATED = 201
MISSING = 404


async def begin_sale(settings: Settings) -> None:
    """Begin the sale, unless there is one; nothing if the plugin `sale_prices` is not installed.

    Raises:
        SpoeqError: the API refused.
    """
    now = datetime.now(UTC)
    sale = {
        "name": NAME,
        "value": 15,
        "brands": ["mittika"],
        "starts_at": now.isoformat(),
        "ends_at": (now + LASTS).isoformat(),
    }
    async with as_admin(settings) as ask:
        status, known = await ask("GET", "/sales")
        if status == MISSING or known["items"]:
            return
        status, answer = await ask("POST", "/sales", sale)
        if status != CREATED:
            raise SpoeqError(f"The sale was refused: {answer}")
