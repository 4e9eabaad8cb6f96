"""The pictures of a product: adding them, saying what they show and what must stay in sight, ordering and deleting."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.images.rendering import CENTRE, SUFFIXES, WIDTHS, RenderedImage, Rendition, render
from spoeq_core.catalog.model import MAX_IMAGES, Image, ImageFile, Product
from spoeq_core.catalog.service import expect_files, forget_files, let_go, save_product
from spoeq_core.kernel.errors import Conflict, FieldError, Invalid, NotFound, StaleAggregate, TooLarge
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.messages import message
from spoeq_core.shop import Shop

LONGEST_ALT: Final = 300
ATTEMPTS: Final = 5
PERCENT: Final = 100


async def add_image(shop: Shop, product_id: str, content: bytes, alt: str) -> Product:
    """The product with an uploaded picture added last.

    Args:
        shop: The shop.
        product_id: Which product.
        content: The file: JPEG, PNG, WebP or AVIF.
        alt: What the picture shows, for those who cannot see it.

    Raises:
        NotFound: there is no such product.
        TooLarge: the file has too many bytes.
        Invalid: it is no picture of these types, has too many pixels, or `alt` is missing.
        Conflict: the product has as many pictures as it can.
        Unavailable: the storage does not take it.
    """
    _refuse_large(shop, content)
    await _require_room(shop, product_id, 1)
    _checked_alt(alt)
    return await add_rendered_images(shop, product_id, [await _rendered(shop, content, alt)])


async def add_rendered_images(shop: Shop, product_id: str, pictures: Sequence[RenderedImage]) -> Product:
    """The product with pictures added whose renditions exist already; one that it has is not added again.

    Raises:
        NotFound: there is no such product.
        Invalid: an `alt` is missing.
        Conflict: the product has as many pictures as it can.
        Unavailable: the storage does not take them.
    """
    await _require_room(shop, product_id, len(pictures))
    images = [await store_rendered(shop, f"products/{product_id}", picture) for picture in pictures]

    def added(product: Product) -> Product:
        every = {image.files: image for image in reversed((*product.images, *images))}
        kept = tuple(image for image in (*product.images, *images) if every[image.files] is image)
        if len(kept) > MAX_IMAGES:
            raise _full()
        return replace(product, images=kept)

    product = await _changed(shop, product_id, added)
    await forget_files(shop, images)
    return product


async def store_rendered(shop: Shop, folder: str, picture: RenderedImage) -> Image:
    """Store a picture's renditions under a folder; also for pictures of categories.

    Their names are made of their content, so that a name never stands for anything else. Files that nothing names a
    day later are removed again.

    Raises:
        Invalid: its `alt` is missing, or it has no rendition.
        Unavailable: the storage does not take them.
    """
    alt = _checked_alt(picture.alt)
    if not picture.renditions:
        raise Invalid.field("file", "The picture has no rendition.", "missing")
    stem = f"{folder}/{_digest(picture)}"
    files = tuple(_file(f"{stem}-{item.width}", item) for item in picture.renditions)
    whole = _file(f"{stem}-whole", picture.whole) if picture.whole else None
    image = Image(new_id(), alt, picture.width, picture.height, files, whole, *picture.focal)
    await expect_files(shop, image)
    contents = [item.content for item in _items(picture)]
    saves = [shop.storage.save(key, content) for key, content in zip(image.keys, contents, strict=True)]
    for outcome in await asyncio.gather(*saves, return_exceptions=True):
        if outcome is not None:
            raise outcome
    return image


async def store_picture(shop: Shop, folder: str, content: bytes, alt: str, widths: Sequence[int] = WIDTHS) -> Image:
    """Store an uploaded picture under a folder, for what is no product: a review, a page.

    Whoever keeps it calls `forget_files` once it has its place, and `let_go` before it loses that; files that nothing
    kept a day later are removed again.

    Args:
        shop: The shop.
        folder: Where its files go ("reviews/01K…").
        content: The file: JPEG, PNG, WebP or AVIF.
        alt: What the picture shows, for those who cannot see it.
        widths: Pixels across of its renditions, ascending; fewer take less time.

    Raises:
        TooLarge: the file has too many bytes.
        Invalid: it is no picture of these types, has too many pixels, or `alt` is missing.
        Unavailable: the storage does not take it.
    """
    _refuse_large(shop, content)
    return await store_rendered(shop, folder, await _rendered(shop, content, _checked_alt(alt), widths=widths))


async def describe_image(
    shop: Shop, product_id: str, image_id: str, alt: str, focal: tuple[int, int] | None = None
) -> Product:
    """The product with another `alt` for a picture, and if `focal` is given also cut anew around that point.

    Raises:
        NotFound: there is no such product, or it has no such picture.
        Invalid: the `alt` is missing or too long, or the point is refused; nothing is changed then.
        Unavailable: the storage does not answer.
    """
    words = _checked_alt(alt)
    if focal:
        await focus_image(shop, product_id, image_id, *focal)
    return await _replaced(shop, product_id, image_id, lambda image: replace(image, alt=words))


async def focus_image(shop: Shop, product_id: str, image_id: str, x: int, y: int) -> Product:
    """The product with a picture cut anew, so that a point of the whole picture stays in sight.

    Args:
        shop: The shop.
        product_id: Which product.
        image_id: Which picture.
        x: Per cent of the whole picture's width, from the left.
        y: Per cent of its height, from the top.

    Raises:
        NotFound: there is no such product, or it has no such picture.
        Invalid: a number is not from 0 to 100, or the whole picture is not there any more.
        Unavailable: the storage does not answer.
    """
    wrong = [name for name, value in (("focal_x", x), ("focal_y", y)) if not 0 <= value <= PERCENT]
    if wrong:
        raise Invalid(
            "The point is outside the picture.",
            errors=[FieldError(name, "Enter a whole number from 0 to 100.", "range") for name in wrong],
        )
    product = await shop.repository(ProductRepository).get(product_id)
    image = _require_image(product, image_id)
    if image.whole is None or (image.focal_x, image.focal_y) == (x, y):
        return await _replaced(shop, product_id, image_id, lambda old: replace(old, focal_x=x, focal_y=y))
    content = await shop.storage.read(image.whole.key)
    if content is None:
        raise Invalid.field("focal_x", "The whole picture is not stored any more: upload it again.", "missing")
    cut = await store_rendered(shop, f"products/{product_id}", await _rendered(shop, content, image.alt, (x, y)))
    if cut.files != image.files:
        await let_go(shop, image)
    product = await _replaced(
        shop, product_id, image_id, lambda old: replace(cut, id=old.id, alt=old.alt, focal_x=x, focal_y=y)
    )
    await forget_files(shop, [cut])
    return product


async def order_images(shop: Shop, product_id: str, first: Sequence[str]) -> Product:
    """The product with these pictures first, in this order; the others follow as they were.

    Raises:
        NotFound: there is no such product, or it has no such picture.
    """

    def ordered(product: Product) -> Product:
        by_id = {image.id: image for image in product.images}
        for image_id in first:
            _require_image(product, image_id)
        order = dict.fromkeys([*first, *by_id])
        return replace(product, images=tuple(by_id[image_id] for image_id in order))

    return await _changed(shop, product_id, ordered)


async def delete_image(shop: Shop, product_id: str, image_id: str) -> Product:
    """The product without a picture; variants that showed it show the product's first.

    Its files go a week later, since pages, caches and mails name them for a while.

    Raises:
        NotFound: there is no such product, or it has no such picture.
    """

    def without(product: Product) -> Product:
        _require_image(product, image_id)
        variants = tuple(replace(v, image_id=None) if v.image_id == image_id else v for v in product.variants)
        images = tuple(image for image in product.images if image.id != image_id)
        return replace(product, images=images, variants=variants)

    await let_go(shop, _require_image(await shop.repository(ProductRepository).get(product_id), image_id))
    return await _changed(shop, product_id, without)


async def _rendered(
    shop: Shop, content: bytes, alt: str, focal: tuple[int, int] = CENTRE, widths: Sequence[int] = WIDTHS
) -> RenderedImage:
    """Rendered in a thread, one picture at a time in a process: a large one takes 200 MB for a second or two."""
    async with shop.rendering:
        return await asyncio.to_thread(render, content, alt, focal, widths)


async def _replaced(shop: Shop, product_id: str, image_id: str, change: Callable[[Image], Image]) -> Product:
    def changed(product: Product) -> Product:
        _require_image(product, image_id)
        images = tuple(change(image) if image.id == image_id else image for image in product.images)
        return replace(product, images=images)

    return await _changed(shop, product_id, changed)


async def _changed(shop: Shop, product_id: str, change: Callable[[Product], Product]) -> Product:
    """The product changed; made again if somebody else changed something of it meanwhile."""
    products = shop.repository(ProductRepository)
    for _ in range(ATTEMPTS):
        stored = await products.get(product_id)
        try:
            return await save_product(shop, change(stored), stored)
        except StaleAggregate:
            continue
    raise StaleAggregate("This product is being changed by many at once.", hint="Try again.")


async def _require_room(shop: Shop, product_id: str, more: int) -> None:
    product = await shop.repository(ProductRepository).get(product_id)
    if len(product.images) + more > MAX_IMAGES:
        raise _full()


def _digest(picture: RenderedImage) -> str:
    """One name for all files of a picture: pages that list them compress well."""
    digest = hashlib.sha256()
    for item in _items(picture):
        digest.update(f"{item.type} {item.width} {item.height} {len(item.content)}\n".encode())
        digest.update(item.content)
    return digest.hexdigest()[:32]


def _items(picture: RenderedImage) -> list[Rendition]:
    return [*picture.renditions, *([picture.whole] if picture.whole else [])]


def _file(stem: str, item: Rendition) -> ImageFile:
    return ImageFile(f"{stem}{SUFFIXES[item.type]}", item.type, item.width, item.height)


def _require_image(product: Product, image_id: str) -> Image:
    for image in product.images:
        if image.id == image_id:
            return image
    raise NotFound(message("The product has no picture “%(image_id)s”.", image_id=image_id))


def _checked_alt(alt: str) -> str:
    words = " ".join(alt.split())
    if not 1 <= len(words) <= LONGEST_ALT:
        raise Invalid.field(
            "alt", message("Say what the picture shows, in at most %(most)s characters.", most=LONGEST_ALT), "length"
        )
    return words


def _refuse_large(shop: Shop, content: bytes) -> None:
    limit = shop.settings.max_upload_bytes
    if len(content) > limit:
        raise TooLarge(
            message(
                "The picture has %(size)s MB; at most %(limit)s MB are taken.", size=_mb(len(content)), limit=_mb(limit)
            ),
            hint="Make it smaller.",
        )


def _mb(size: int) -> str:
    """Bytes as megabytes, rounded up to a tenth: a file just above a limit never reads like the limit."""
    return f"{-(-size * 10 // 2**20) / 10:g}"


def _full() -> Conflict:
    return Conflict(
        message("A product has at most %(most)s pictures.", most=MAX_IMAGES),
        hint="Delete one first.",
        code="too_many_images",
    )
