"""What staff ask of the index: how it is, and a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spoeq_core.sdk import Shop
from spoeq_search_typesense.client import ServerError, server_of
from spoeq_search_typesense.documents import StateRepository
from spoeq_search_typesense.model import NEVER
from spoeq_search_typesense.schema import fingerprint


@dataclass(frozen=True, slots=True)
class Status:
    """How the index is.

    Attributes:
        named: Whether settings name a server.
        answers: Whether lists come from it now; otherwise from elsewhere.
        building: Whether a new one was asked for and is not there yet.
        products: How many are in it; None if the server does not say.
        built_at: When it was built, UTC; None if there is none.
        followed_at: When it last followed the shop, UTC.
        refused: Products that could not be indexed, and why.
        error: What is wrong; empty if nothing is.
    """

    named: bool = False
    answers: bool = False
    building: bool = False
    products: int | None = None
    built_at: datetime | None = None
    followed_at: datetime | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


async def status(shop: Shop) -> Status:
    """How the index of this shop is."""
    server = server_of(shop)
    if server is None:
        return Status()
    state, products, error = await shop.repository(StateRepository).read(), None, ""
    try:
        counts = await server.collections()
        products = counts.get(state.collection) if state else None
    except ServerError as fault:
        error = str(fault)
    if state is None:
        return Status(named=True, building=True, error=error)
    fits = state.fingerprint == fingerprint(shop) and products is not None
    return Status(
        named=True,
        answers=fits and state.is_followed(shop.clock.now()),
        building=state.wants_new or not fits,
        products=products,
        built_at=_moment(state.built_at),
        followed_at=_moment(state.followed_at),
        refused=state.refused,
        error=error or state.error,
    )


async def trouble(shop: Shop) -> str | None:
    """What keeps the server from answering or from being written; empty if nothing does, None if none is named."""
    server = server_of(shop)
    if server is None:
        return None
    try:
        await server.check()
    except ServerError as error:
        return str(error)
    state = await shop.repository(StateRepository).read()
    return state.error if state else ""


async def ask_for_new(shop: Shop) -> None:
    """Let a worker build a new collection; the one in force answers until then."""
    await shop.repository(StateRepository).ask_for_new()


def _moment(moment: datetime) -> datetime | None:
    return None if moment == NEVER else moment
