"""When files of pictures go: after a week without a name, so that no page, mail or cache still points at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from spoeq_core.catalog.documents import CategoryRepository, LooseFilesRepository, ProductRepository
from spoeq_core.catalog.model import Image
from spoeq_core.shop import Shop

UPLOAD: Final = timedelta(days=1)
"""How long files that were stored may wait for the change that names them."""
NAMED: Final = timedelta(days=7)
"""How long pages, mails and search engines may still name files that were let go."""
BATCH: Final = 200


async def expect_files(shop: Shop, image: Image) -> None:
    """Write down files of a picture that are about to be stored, so that they go again if nothing names them.

    Raises:
        Unavailable: files of these names are being removed at this moment.
    """
    due = shop.clock.now() + UPLOAD
    await shop.repository(LooseFilesRepository).note(image.files[0].key, image.keys, due)


async def forget_files(shop: Shop, images: Iterable[Image]) -> None:
    """Cross out the notes of pictures that have their place now."""
    notes = shop.repository(LooseFilesRepository)
    for image in images:
        await notes.delete(image.files[0].key)


async def let_go(shop: Shop, image: Image) -> None:
    """Write down the files of a picture that is about to lose its place.

    Raises:
        Unavailable: they are being removed at this moment.
    """
    due = shop.clock.now() + NAMED
    await shop.repository(LooseFilesRepository).note(image.files[0].key, passing_files([image]), due)


async def let_all_go(shop: Shop, product_id: str, keys: Sequence[str]) -> None:
    """The same for all pictures of a product that is gone."""
    await shop.repository(LooseFilesRepository).note(product_id, keys, shop.clock.now() + NAMED)


def passing_files(images: Iterable[Image]) -> list[str]:
    """What goes with the pictures: all but the small renditions, which order lines name."""
    return [key for image in images for key in image.keys if image.small is None or key != image.small.key]


async def remove_loose_files(shop: Shop) -> int:
    """Remove files whose time has come and that no product or category names; how many. May be repeated at any time.

    Raises:
        Unavailable: the storage does not answer; the next run goes on.
    """
    notes = shop.repository(LooseFilesRepository)
    removed = 0
    while due := [note for note in await notes.due(shop.clock.now(), BATCH) if await notes.take(note)]:
        named = await _named(shop, [key for note in due for key in note.files])
        for note in due:
            for key in set(note.files) - named:
                await shop.storage.delete(key)
                removed += 1
            await notes.delete(note.id)
    return removed


async def picture_keys(shop: Shop) -> set[str]:
    """The keys of every file of a picture that a product or a category has."""
    products = shop.repository(ProductRepository).collection.find({}, {"images": 1})
    categories = shop.repository(CategoryRepository).collection.find({"image": {"$ne": None}}, {"image": 1})
    found = [image async for raw in products for image in raw["images"]]
    found += [raw["image"] async for raw in categories]
    return {file["key"] for image in found for file in _files(image)}


async def _named(shop: Shop, keys: Sequence[str]) -> set[str]:
    """Those of the keys that a picture of a product or a category has."""
    wanted = {"$in": list(keys)}
    products = shop.repository(ProductRepository).collection
    categories = shop.repository(CategoryRepository).collection
    query = {"$or": [{"images.files.key": wanted}, {"images.whole.key": wanted}]}
    found = [image async for raw in products.find(query, {"images": 1}) for image in raw["images"]]
    found += [raw["image"] async for raw in categories.find({"image": {"$ne": None}}, {"image": 1})]
    return {file["key"] for image in found for file in _files(image)}


def _files(image: dict[str, Any]) -> list[dict[str, Any]]:
    whole = image.get("whole")
    return [*image["files"], *([whole] if whole else [])]
