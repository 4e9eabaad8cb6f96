"""A copy of all that is kept about somebody: one JSON file, written as it is read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import orjson

from spoeq_core.hooks.contributions import Person
from spoeq_core.privacy.manifest import Part, manifest_of
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

LONGEST = 30.0
"""Seconds that one part may take; then the file says that it is incomplete, and goes on."""
INCOMPLETE = "This part could not be read to its end. Ask the shop for it."


async def export_person(shop: Shop, person: Person) -> AsyncIterator[bytes]:
    """The file, piece by piece: `{"shop", "made_at", "email", "parts": [{"name", "title", "rows"}, …]}`.

    A part whose handler fails or is too slow ends with `"incomplete"`, and the parts after it follow all the same.
    """
    head = {"shop": shop.profile.name, "made_at": shop.clock.now(), "email": person.email}
    yield _json(head)[:-1] + b',"parts":['
    readable = [part for part in manifest_of(shop) if part.data.export is not None]
    for number, part in enumerate(readable):
        yield (b"," if number else b"") + _json({"name": part.key, "title": part.data.title})[:-1] + b',"rows":['
        async for piece in _rows(shop, part, person):
            yield piece
        yield b"}"
    yield b"]}\n"


async def count_rows(shop: Shop, part: Part, person: Person) -> int | None:
    """How many rows a part has of somebody; None where it cannot be told."""
    if part.data.export is None:
        return None
    try:
        async with asyncio.timeout(LONGEST):
            return sum([1 async for _ in part.data.export(shop, person)])
    except Exception:
        log.exception("the data of %s could not be counted", part.key)
        return None


async def _rows(shop: Shop, part: Part, person: Person) -> AsyncIterator[bytes]:
    assert part.data.export is not None  # noqa: S101 - the caller chose those that have one
    rows = part.data.export(shop, person).__aiter__()
    deadline = asyncio.get_running_loop().time() + LONGEST
    first = True
    try:
        while True:
            async with asyncio.timeout_at(deadline):
                row = await anext(rows, None)
            if row is None:
                break
            piece = _json(row)
            yield piece if first else b"," + piece
            first = False
    except Exception as error:
        log.exception("the data of %s could not be exported", part.key)
        if part.plugin in shop.hooks.enabled:
            shop.hooks.on_fault(part.plugin, "register_data_manifest", f"export: {type(error).__name__}: {error}")
        yield b'],"incomplete":' + _json(INCOMPLETE)
    else:
        yield b"]"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
