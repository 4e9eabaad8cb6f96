"""Keeps the index in step with the shop: what the worker does each half second, and how a new index is built.

Everything here may be repeated, may be killed half-way, and is done by one process at a time on a host.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
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
from spoeq_search.batches import in_batches
from spoeq_search.engine import IndexBroken, fingerprint
from spoeq_search.files import FRESH, Current, Folder, Followed, folder_of
from spoeq_search.writing import MOST_REFUSED, Generation

log = logging.getLogger(__name__)

BATCH: Final = 1000
"""Products of a commit while an index is built, and of a page of what was touched."""
ASKED: Final = 100
"""Products that the database is asked for at once."""
PAUSES: Final = (5.0, 30.0, 120.0, 600.0)
"""Seconds before another attempt at building, by how many have failed."""
TRIES, WAIT = 40, 0.05
"""How often, and how many seconds apart, one asks for the right to write before leaving it to the next time."""


async def follow(shop: Shop) -> None:
    """Index what changed since the last time; build the index where there is none that answers this shop."""
    await _writing(shop, _follow, tries=1)


async def follow_soon(shop: Shop) -> None:
    """The same as `follow`, when something was told and an index is in force; much that is told at once is one look."""
    folder = folder_of(shop)
    if folder.is_fresh():
        await asyncio.sleep(FRESH)
    if not folder.is_fresh():  # else somebody has looked after this was told
        await _writing(shop, _with_current(_caught_up), tries=1)


async def follow_categories(shop: Shop) -> None:
    """Index the products of categories whose names have changed."""
    await _writing(shop, _with_current(_renamed))


async def compare(shop: Shop) -> None:
    """Compare all that is in the index with all that should be, and mend what differs."""
    await _writing(shop, _with_current(_compared))


async def rebuild(shop: Shop) -> bool:
    """Build a new index now and put it in force; False if another process is writing."""
    return await _writing(shop, _rebuild, tries=20 * TRIES)


async def _writing(shop: Shop, work: Callable[[Shop, Folder], Awaitable[None]], *, tries: int = TRIES) -> bool:
    folder = folder_of(shop)
    for attempt in range(tries):
        if attempt:
            await asyncio.sleep(WAIT)
        with folder.writing() as mine:
            if mine:
                await work(shop, folder)
                return True
    return False


async def _follow(shop: Shop, folder: Folder) -> None:
    current = folder.current()
    if current is None or current.fingerprint != fingerprint(shop) or folder.wants_new():
        await _rebuild_in_time(shop, folder)
        return
    generation = folder.generation(current)
    try:
        if not folder.is_followed(generation):  # nobody has for a while: what was told meanwhile, nobody heard
            await _compared(shop, folder, generation)
            await _renamed(shop, folder, generation)
        await _caught_up(shop, folder, generation)
    except IndexBroken as error:
        log.warning("the search index is broken and is built again: %s", error)
        folder.give_up(current)
        await _rebuild_in_time(shop, folder)
    folder.sweep()


def _with_current(work: Callable[[Shop, Folder, Path], Awaitable[None]]) -> Callable[[Shop, Folder], Awaitable[None]]:
    async def with_current(shop: Shop, folder: Folder) -> None:
        current = folder.current()
        if current is None or current.fingerprint != fingerprint(shop) or folder.is_broken(current):
            return
        try:
            await work(shop, folder, folder.generation(current))
        except IndexBroken:
            folder.give_up(current)

    return with_current


async def _rebuild_in_time(shop: Shop, folder: Folder) -> None:
    """Build, unless that failed a moment ago."""
    trouble = folder.trouble()
    if trouble is not None and time.time() - trouble.at < PAUSES[min(trouble.times, len(PAUSES)) - 1]:
        return
    await _rebuild(shop, folder)


async def _rebuild(shop: Shop, folder: Folder) -> None:
    generation = folder.begin()
    try:
        await _build(shop, folder, generation)
    except BaseException as error:
        shutil.rmtree(generation, ignore_errors=True)
        if isinstance(error, Exception):
            folder.note_trouble(f"{type(error).__name__}: {error}")
        raise
    built = Current(generation.name, fingerprint(shop), shop.clock.now().isoformat())
    folder.put_in_force(built)
    folder.has_new()
    indexed(shop)
    folder.sweep()


async def _build(shop: Shop, folder: Folder, generation: Path) -> None:
    """Index everything, then what changed meanwhile; the generation that is in force goes on being followed."""
    started, names = new_id(), await category_names(shop)
    writer = await asyncio.to_thread(Generation, generation, new=True)
    try:
        async for batch in in_batches(entries(shop, names), BATCH):
            await asyncio.to_thread(writer.put, batch)
            await _keep_up(shop, folder)
        await asyncio.to_thread(writer.put, ())
    finally:
        await asyncio.to_thread(writer.close)
    folder.note(generation, _noted(Followed(started, categories=_listed(names)), writer))
    await _caught_up(shop, folder, generation)
    await _compared(shop, folder, generation)


async def _keep_up(shop: Shop, folder: Folder) -> None:
    """Go on following the shop with the generation in force, in the midst of work that takes a while.

    Not if nobody followed with it before: it missed what nobody heard.
    """
    current = folder.current()
    if current is None or current.fingerprint != fingerprint(shop) or folder.is_broken(current):
        return
    generation = folder.generation(current)
    if not folder.is_followed(generation):
        return
    try:
        await _caught_up(shop, folder, generation)
    except IndexBroken:
        folder.give_up(current)


async def _caught_up(shop: Shop, folder: Folder, generation: Path) -> None:
    followed = _followed(folder, generation)
    gone, touches = folder.gone(), await _touched(shop, followed)
    last = max([followed.touch, *(touch.touch for touch in touches)])
    if touches or gone:
        followed = await _written(shop, folder, generation, followed, touches, gone)
    if last != followed.touch:
        folder.note(generation, replace(followed, touch=last))
    else:
        folder.breathe(generation)
    folder.forget_gone(gone)


async def _touched(shop: Shop, followed: Followed) -> list[Touch]:
    """What was touched since, and a little before: processes whose clocks differ write in no strict order."""
    found: dict[str, Touch] = {}
    since = a_little_before(followed.touch)
    while True:
        page = await touched_since(shop, since, BATCH)
        found.update({touch.product_id: touch for touch in page})
        if len(page) < BATCH:
            return list(found.values())
        since = page[-1].touch


async def _written(
    shop: Shop, folder: Folder, generation: Path, followed: Followed, touches: Sequence[Touch], gone: Sequence[str]
) -> Followed:
    """Index what is in the index otherwise than it was touched."""
    writer = await asyncio.to_thread(Generation, generation)
    try:
        known = await asyncio.to_thread(writer.touches_of, [touch.product_id for touch in touches])
        stale = [
            touch.product_id
            for touch in touches
            if (touch.listed and known.get(touch.product_id) != touch.touch)
            or (not touch.listed and touch.product_id in known)
        ]
        if not stale and not gone:
            return followed
        await _put(shop, folder, writer, followed.categories, stale, gone)
        return _noted(followed, writer)
    finally:
        await _closed(shop, writer)


async def _put(
    shop: Shop,
    folder: Folder,
    writer: Generation,
    categories: Mapping[str, Sequence[str]],
    stale: Sequence[str],
    gone: Sequence[str] = (),
) -> None:
    """Index these as they are now; those that are there no more are taken out."""
    if gone:
        await asyncio.to_thread(writer.put, (), gone)
    for start in range(0, len(stale), ASKED):
        part = stale[start : start + ASKED]
        found = [entry async for entry in entries(shop, categories, {"_id": {"$in": part}})]
        missing = set(part) - {entry.product.id for entry in found}
        await asyncio.to_thread(writer.put, found, missing)
        folder.go_on()


async def _renamed(shop: Shop, folder: Folder, generation: Path) -> None:
    followed, names = _followed(folder, generation), await category_names(shop)
    now = _listed(names)
    changed = [key for key in {*now, *followed.categories} if now.get(key) != followed.categories.get(key)]
    if not changed:
        return
    writer = await asyncio.to_thread(Generation, generation)
    try:
        for start in range(0, len(changed), ASKED):
            query = {"category_ids": {"$in": changed[start : start + ASKED]}}
            async for batch in in_batches(entries(shop, names, query), BATCH):
                await asyncio.to_thread(writer.put, batch)
                folder.go_on()
    finally:
        await _closed(shop, writer)
    folder.note(generation, _noted(replace(followed, categories=now), writer))


async def _compared(shop: Shop, folder: Folder, generation: Path) -> None:
    """What differs is looked at again, one by one: it may have changed while all of it was read."""
    followed = _followed(folder, generation)
    refused: dict[str, str] = {}
    stale: list[str] = []
    writer = await asyncio.to_thread(Generation, generation)
    try:
        known = await asyncio.to_thread(writer.touches)
        async for batch in in_batches(all_listed(shop), BATCH):
            was = {touch.product_id: known.pop(touch.product_id, None) for touch in batch}
            stale += [touch.product_id for touch in batch if was[touch.product_id] != touch.touch]
            refused |= {key: followed.refused[key] for key in was.keys() & followed.refused.keys() if was[key] is None}
            await _keep_up(shop, folder)
        await _put(shop, folder, writer, followed.categories, [*stale, *known])
    finally:
        await _closed(shop, writer)
    now = replace(_followed(folder, generation), compared=time.time(), refused=refused)
    folder.note(generation, _noted(now, writer))


async def _closed(shop: Shop, writer: Generation) -> None:
    """Let go of the index; what was kept of lists is forgotten."""
    await asyncio.to_thread(writer.close)
    if writer.tells:
        indexed(shop)


def _followed(folder: Folder, generation: Path) -> Followed:
    followed = folder.followed(generation)
    if followed is None:
        raise IndexBroken("its state cannot be read")
    return followed


def _noted(followed: Followed, writer: Generation) -> Followed:
    refused = dict(list({**followed.refused, **writer.refused}.items())[-MOST_REFUSED:])
    return replace(followed, refused=refused)


def _listed(names: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {key: list(path) for key, path in names.items()}
