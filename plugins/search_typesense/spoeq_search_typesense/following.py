"""Keeps the collection in step with the shop: what a worker does each half second, and how a new one is built.

Everything here may be repeated, may be killed half-way, and is done by one process of all hosts at a time. The state in
the database is the truth: what the alias stands for and which collections there are is made to follow it.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from spoeq_core.sdk import (
    Shop,
    Touch,
    a_little_before,
    all_listed,
    category_names,
    entries,
    indexed,
    new_id,
    touched_since,
)
from spoeq_search_typesense.asking import Synonyms
from spoeq_search_typesense.client import Missing, ServerError, Typesense, server_of
from spoeq_search_typesense.documents import Lease, LeaseLost, StateRepository
from spoeq_search_typesense.schema import fields, fingerprint
from spoeq_search_typesense.settings import TypesenseSettings
from spoeq_search_typesense.writing import Writer

log = logging.getLogger(__name__)

PAGE: Final = 1000
"""Products of a page of what was touched."""
ASKED: Final = 100
"""Categories that the database is asked for at once."""
MOST_REFUSED: Final = 100
TRIES, WAIT = 40, 0.05
"""How often, and how many seconds apart, one asks for the right to write before leaving it to the next time."""


class Desk:
    """What the one who writes works with."""

    def __init__(self, shop: Shop, server: Typesense, lease: Lease) -> None:
        self.shop, self.server, self.lease = shop, server, lease
        self.synonyms = Synonyms(shop.plugin_settings(TypesenseSettings).synonyms)

    @property
    def fits(self) -> bool:
        """Whether the collection in force is one for this shop."""
        state = self.lease.state
        return bool(state.collection) and state.fingerprint == fingerprint(self.shop)

    def writer(self, collection: str = "") -> Writer:
        """A writer of a collection, of the one in force if none is named."""
        return Writer(self.shop, self.server, collection or self.lease.state.collection, self.synonyms)


Work = Callable[[Desk], Awaitable[None]]


async def follow(shop: Shop) -> None:
    """Index what changed since the last time; build a collection where there is none that answers this shop."""
    await _writing(shop, _follow, tries=1)


async def follow_categories(shop: Shop) -> None:
    """Index the products of categories whose names have changed."""
    await _writing(shop, _with_current(_renamed))


async def compare(shop: Shop) -> None:
    """Compare all that is in the collection with all that should be, and mend what differs."""
    await _writing(shop, _with_current(_compared))


async def _writing(shop: Shop, work: Work, *, tries: int = TRIES) -> None:
    server, states = server_of(shop), shop.repository(StateRepository)
    for attempt in range(tries if server else 0):
        if attempt:
            await asyncio.sleep(WAIT)
        if server is not None and (lease := await states.take()):
            try:
                await _tried(Desk(shop, server, lease), work)
            finally:
                await states.give_back(lease.holder)
            return


async def _tried(desk: Desk, work: Work) -> None:
    lease = desk.lease
    if lease.state.rests(desk.shop.clock.now()):
        return
    try:
        await work(desk)
        if lease.state.failures:
            await lease.note(failures=0, error="")
    except LeaseLost:
        log.info("another process writes the index on Typesense now")
    except ServerError as error:
        log.warning("the index on Typesense cannot be written: %s", error)
        await lease.states.note_failure(lease.holder, str(error))


async def _follow(desk: Desk) -> None:
    state = desk.lease.state
    if not desk.fits or state.wants_new or state.synonyms != desk.synonyms.digest:
        await _rebuild(desk)
        return
    try:
        await _aligned(desk)
        if not state.is_followed(desk.shop.clock.now()):  # what was told meanwhile, nobody heard
            await _compared(desk)
            await _renamed(desk)
        await _caught_up(desk)
    except Missing:
        log.warning("the collection on Typesense is gone and is built again")
        await _rebuild(desk)


def _with_current(work: Work) -> Work:
    async def with_current(desk: Desk) -> None:
        if desk.fits:
            try:
                await work(desk)
            except Missing:
                await desk.lease.note(wants_new=True)

    return with_current


async def _aligned(desk: Desk) -> None:
    """Let the alias stand for what the state says."""
    state = desk.lease.state
    if await desk.server.target() != state.collection:
        if state.collection not in await desk.server.collections():
            raise Missing(state.collection)
        await desk.server.point(state.collection)
        indexed(desk.shop)


async def _rebuild(desk: Desk) -> None:
    """Build a collection, put it in force, drop the others; the one in force is followed until then."""
    shop, server, lease = desk.shop, desk.server, desk.lease
    started, wanted, names = new_id(), fingerprint(shop), await category_names(shop)
    collection = f"{server.alias}-{started.lower()}"
    await server.create(collection, fields())
    writer = desk.writer(collection)
    async for _ in writer.put_all(entries(shop, names)):
        await lease.note()
        if desk.fits:
            await _keep_old(desk)
    missed = await _touched(shop, started)
    await _written(desk, writer, missed, names)
    now = shop.clock.now()
    await lease.note(
        collection=collection,
        fingerprint=wanted,
        touch=max([started, *(touch.touch for touch in missed)]),
        categories=_listed(names),
        refused=_shortened(writer.refused),
        synonyms=desk.synonyms.digest,
        wants_new=False,
        built_at=now,
        followed_at=now,
    )
    await server.point(collection)
    indexed(shop)
    await _sweep(desk)
    await _compared(desk)


async def _keep_old(desk: Desk) -> None:
    try:
        await _caught_up(desk)
    except Missing:
        await desk.lease.note(collection="")


async def _sweep(desk: Desk) -> None:
    """Drop collections that are not in force: older ones, and what a killed builder left."""
    ours = re.compile(rf"{re.escape(desk.server.alias)}-[0-9a-z]{{26}}")
    for name in await desk.server.collections():
        if ours.fullmatch(name) and name != desk.lease.state.collection:
            await desk.server.drop(name)


async def _caught_up(desk: Desk) -> None:
    lease, state = desk.lease, desk.lease.state
    gone, touches = list(state.gone), await _touched(desk.shop, state.touch)
    writer = desk.writer()
    await writer.take_out(gone)
    await _written(desk, writer, touches, state.categories)
    last = max([state.touch, *(touch.touch for touch in touches)])
    await lease.note(touch=last, refused=_refused(desk, writer), followed_at=desk.shop.clock.now())
    if gone:
        await lease.states.forget_gone(gone)
    _tell(desk, writer)


async def _touched(shop: Shop, last: str) -> list[Touch]:
    """What was touched since, and a little before: processes whose clocks differ write in no strict order."""
    found: dict[str, Touch] = {}
    since = a_little_before(last)
    while True:
        page = await touched_since(shop, since, PAGE)
        found.update({touch.product_id: touch for touch in page})
        if len(page) < PAGE:
            return list(found.values())
        since = page[-1].touch


async def _written(
    desk: Desk, writer: Writer, touches: Sequence[Touch], categories: Mapping[str, Sequence[str]]
) -> None:
    """Index what is in the collection otherwise than it was touched."""
    for start in range(0, len(touches), PAGE):
        part = touches[start : start + PAGE]
        known = await writer.known([touch.product_id for touch in part])
        stale = [
            touch.product_id
            for touch in part
            if (touch.listed and known.get(touch.product_id, ("", ""))[0] != touch.touch)
            or (not touch.listed and touch.product_id in known)
        ]
        await writer.put_now(categories, stale, known)
        await desk.lease.note()


async def _renamed(desk: Desk) -> None:
    names, state, writer = await category_names(desk.shop), desk.lease.state, desk.writer()
    now = _listed(names)
    changed = [key for key in {*now, *state.categories} if now.get(key) != list(state.categories.get(key, ()))]
    for start in range(0, len(changed), ASKED):
        query = {"category_ids": {"$in": changed[start : start + ASKED]}}
        async for _ in writer.put_all(entries(desk.shop, names, query)):
            await desk.lease.note()
    if changed:
        await desk.lease.note(categories=now, refused=_refused(desk, writer))
    _tell(desk, writer)


async def _compared(desk: Desk) -> None:
    writer = desk.writer()
    known = await writer.all_known()
    wanted = {touch.product_id: touch.touch async for touch in all_listed(desk.shop)}
    stale = [key for key, touch in wanted.items() if known.get(key, ("", ""))[0] != touch]
    await writer.take_out(list(known.keys() - wanted.keys()))
    for start in range(0, len(stale), PAGE):
        await writer.put_now(desk.lease.state.categories, stale[start : start + PAGE], known)
        await desk.lease.note()
    refused = {key: why for key, why in _refused(desk, writer).items() if key in wanted}
    await desk.lease.note(refused=refused)
    await _sweep(desk)
    _tell(desk, writer)


def _tell(desk: Desk, writer: Writer) -> None:
    if writer.tells:
        indexed(desk.shop)


def _refused(desk: Desk, writer: Writer) -> dict[str, str]:
    """What was refused and has not been stored since."""
    before = {key: why for key, why in desk.lease.state.refused.items() if key not in writer.stored}
    return _shortened({**before, **writer.refused})


def _shortened(refused: Mapping[str, str]) -> dict[str, str]:
    return dict(list(refused.items())[-MOST_REFUSED:])


def _listed(names: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {key: list(path) for key, path in names.items()}
