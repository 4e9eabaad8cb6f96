"""The files of an import in the shop's storage: the upload, its parts, and what was seen when they were checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from spoeq_core.bulk.documents import Import, ImportRepository
from spoeq_core.bulk.model.groups import Group
from spoeq_core.kernel.errors import NotFound
from spoeq_core.shop import Shop

Seen = dict[str, Any]
AT_ONCE = 8


async def read_upload(shop: Shop, found: Import) -> bytes:
    """The file as it was uploaded.

    Raises:
        NotFound: it was removed.
    """
    return await _read(shop, f"{found.folder}/upload.csv")


async def save_upload(shop: Shop, found: Import, content: bytes) -> None:
    """Keep the file until its import has ended."""
    await shop.storage.save(f"{found.folder}/upload.csv", content)


async def save_parts(shop: Shop, found: Import, parts: Sequence[Sequence[Group]]) -> None:
    """Keep the file's groups in parts, so that a step reads but one of them."""
    for start in range(0, len(parts), AT_ONCE):
        some = enumerate(parts[start : start + AT_ONCE], start=start)
        await asyncio.gather(*(_write(shop, _part(found, n), [g.as_json() for g in part]) for n, part in some))


async def read_part(shop: Shop, found: Import, number: int) -> list[Group]:
    """The groups of a part."""
    return [Group.from_json(raw) for raw in json.loads(await _read(shop, _part(found, number)))]


async def save_seen(shop: Shop, found: Import, number: int, seen: Mapping[str, Seen]) -> None:
    """Keep what was seen of a part's products when it was checked."""
    await _write(shop, _seen(found, number), seen)


async def read_seen(shop: Shop, found: Import, number: int) -> dict[str, Seen]:
    """What was seen, by the key of the group."""
    seen: dict[str, Seen] = json.loads(await _read(shop, _seen(found, number)))
    return seen


async def remove_files(shop: Shop, found: Import) -> None:
    """Remove all files of an import. May be repeated."""
    keys = [f"{found.folder}/upload.csv"]
    keys += [key for number in range(found.parts) for key in (_part(found, number), _seen(found, number))]
    for start in range(0, len(keys), AT_ONCE):
        await asyncio.gather(*(shop.storage.delete(key) for key in keys[start : start + AT_ONCE]))
    await shop.repository(ImportRepository).note(found.id, files_until=None)


async def remove_old_files(shop: Shop) -> None:
    """Remove the files of imports that nobody carried out."""
    imports = shop.repository(ImportRepository)
    for found in await imports.find({"files_until": {"$lt": shop.clock.now()}}, limit=100):
        await remove_files(shop, found)


def _part(found: Import, number: int) -> str:
    return f"{found.folder}/part-{number:05d}.json"


def _seen(found: Import, number: int) -> str:
    return f"{found.folder}/seen-{number:05d}.json"


async def _write(shop: Shop, key: str, value: Any) -> None:
    await shop.storage.save(key, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


async def _read(shop: Shop, key: str) -> bytes:
    content = await shop.storage.read(key)
    if content is None:
        raise NotFound("The files of this import are gone.", hint="Upload the file again.", code="import_expired")
    return content
