"""Builds the sitemap: reads what is to be found, writes its files, then puts them in force with one write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from spoeq_core.catalog.service import all_categories, product_addresses
from spoeq_core.hooks import storefront as questions
from spoeq_core.kernel.errors import Conflict, Unavailable
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.shop import Shop
from spoeq_core.sitemaps.documents import SitemapRepository
from spoeq_core.sitemaps.model import (
    CURRENT,
    MOST_ADDRESSES,
    Address,
    Part,
    Sitemap,
    is_listable,
    latest,
    part_xml,
)

LONGEST_BUILD = 300
"""Seconds after which a build that a request began is given up for dead."""


@dataclass
class _Files:
    """The files of a build under way."""

    shop: Shop
    build: str
    most: int
    parts: list[Part] = field(default_factory=list)

    async def write(self, section: str, addresses: AsyncIterator[Address]) -> None:
        """Write a section, in as many files as it needs."""
        waiting: list[Address] = []
        number = 1
        async for address in addresses:
            waiting.append(address)
            if len(waiting) == self.most:
                await self._save(f"{section}-{number}.xml", waiting)
                waiting, number = [], number + 1
        if waiting:
            await self._save(f"{section}-{number}.xml", waiting)

    async def remove(self, keys: Iterable[str]) -> None:
        """Delete files, those that are gone already too."""
        for key in keys:
            await self.shop.storage.delete(key)

    async def _save(self, name: str, addresses: list[Address]) -> None:
        key = f"sitemaps/{self.build}/{name}"
        content = await asyncio.to_thread(part_xml, base_of(self.shop), addresses)
        await self.shop.storage.save(key, content)
        self.parts.append(Part(name, key, latest(a.changed_at for a in addresses), len(addresses)))


def base_of(shop: Shop) -> str:
    """What the shop's addresses begin with."""
    return shop.settings.base_url.rstrip("/")


async def build_sitemap(shop: Shop, *, most: int = MOST_ADDRESSES) -> Sitemap:
    """Build the sitemap and put it in force; of two builds at once one wins.

    Args:
        shop: The shop.
        most: Addresses a file.
    """
    repository = shop.repository(SitemapRepository)
    before = await repository.find_by_id(CURRENT)
    files = _Files(shop, new_id(), most)
    await _write_sections(shop, files)
    if before is not None:
        await files.remove(before.old_keys)
    fresh = Sitemap(
        id=CURRENT,
        build=files.build,
        base_url=base_of(shop),
        built_at=shop.clock.now(),
        parts=tuple(files.parts),
        old_keys=tuple(part.key for part in before.parts) if before else (),
        version=before.version if before else 1,
    )
    try:
        return await (repository.save(fresh) if before else repository.insert(fresh))
    except Conflict:
        await files.remove([part.key for part in files.parts])
        return await repository.get(CURRENT)


async def build_if_due(shop: Shop) -> None:
    """Build the sitemap if the last one is a day old, or there is none; the worker does so each hour."""
    found = await shop.repository(SitemapRepository).find_by_id(CURRENT)
    if found is None or found.is_due(shop.clock.now(), base_of(shop)):
        await build_sitemap(shop)


async def current_sitemap(shop: Shop) -> Sitemap:
    """The sitemap in force; a shop that has none yet, or has moved, gets one now.

    Raises:
        Unavailable: another request is building it.
    """
    found = await shop.repository(SitemapRepository).find_by_id(CURRENT)
    if found is not None and found.base_url == base_of(shop):
        return found
    key = shop.key("sitemap", "building")
    try:
        if not await shop.redis.set(key, "1", nx=True, ex=LONGEST_BUILD):
            raise Unavailable("The sitemap is being built.", hint="Try again in a minute.", retry_after=60)
    except REDIS_ERRORS:
        return await build_sitemap(shop)
    try:
        return await build_sitemap(shop)
    finally:
        await _forget(shop, key)


async def read_part(shop: Shop, part: Part) -> bytes | None:
    """A file of the sitemap; None if it is gone."""
    return await shop.storage.read(part.key)


async def _forget(shop: Shop, key: str) -> None:
    try:
        await shop.redis.delete(key)
    except REDIS_ERRORS:
        return


async def _write_sections(shop: Shop, files: _Files) -> None:
    changes: dict[str, datetime | None] = {}

    async def products() -> AsyncIterator[Address]:
        async for product in product_addresses(shop):
            for key in product.category_ids:
                changes[key] = latest((changes.get(key), product.changed_at))
            yield Address(f"/product/{product.slug}", product.changed_at)

    await files.write("products", products())
    await files.write("categories", _each(await _categories(shop, changes)))
    newest = latest(part.changed_at for part in files.parts)
    await files.write("shop", _each([Address("/", newest), Address("/products", newest), Address("/menu")]))
    for answer in await shop.hooks.collect(questions.sitemap_entries, shop=shop):
        found = [Address(entry.path, entry.changed_at) for entry in answer.value if is_listable(entry.path)]
        await files.write(f"plugin-{answer.plugin}", _each(found))


async def _categories(shop: Shop, changes: dict[str, datetime | None]) -> list[Address]:
    """The categories that show products, each changed when one of its products was."""
    tree = await all_categories(shop)
    found = []
    for category in sorted(tree.all(), key=lambda item: item.slug):
        below = [key for key in tree.with_descendants(category) if key in changes]
        if below:
            found.append(Address(f"/category/{category.slug}", latest(changes[key] for key in below)))
    return found


async def _each(addresses: Iterable[Address]) -> AsyncIterator[Address]:
    for address in addresses:
        yield address
