"""Product pictures: an upload becomes clean renditions of several widths and types, stored under keys of its content.

Nothing of the upload itself is kept: decoding and encoding anew strips EXIF (after turning the picture as it says),
places, comments and whatever else was hidden in the file.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image as Pillow, ImageCms, ImageOps

from spoeq_core.catalog.documents import ProductRepository
from spoeq_core.catalog.model import MAX_IMAGES, Image, ImageFile, Product
from spoeq_core.catalog.service import save_product
from spoeq_core.kernel.errors import Conflict, Invalid, NotFound, StaleAggregate, TooLarge
from spoeq_core.kernel.ids import new_id
from spoeq_core.shop import Shop

ACCEPTED: Final = ("JPEG", "PNG", "WEBP", "AVIF")
WIDTHS: Final = (320, 640, 960, 1280)
MAX_PIXELS: Final = 40_000_000
LONGEST_ALT: Final = 300
ATTEMPTS: Final = 5

_TYPES: Final = {
    "image/avif": ("AVIF", ".avif", {"quality": 60, "speed": 8}),
    "image/webp": ("WEBP", ".webp", {"quality": 80, "method": 4}),
    "image/jpeg": ("JPEG", ".jpg", {"quality": 82, "progressive": True, "optimize": True}),
}


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size and type, as bytes."""

    type: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """A picture whose renditions were made already; `alt` says what it shows."""

    alt: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]


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
    """
    limit = shop.settings.max_upload_bytes
    if len(content) > limit:
        raise TooLarge(f"The picture has {len(content)} bytes.", hint=f"At most {limit} are allowed; make it smaller.")
    await _require_room(shop, product_id, 1)
    _checked_alt(alt)
    return await add_rendered_images(shop, product_id, [await asyncio.to_thread(render, content, alt)])


async def add_rendered_images(shop: Shop, product_id: str, pictures: Sequence[RenderedImage]) -> Product:
    """The product with pictures added whose renditions exist already; one that it has is not added again.

    Raises:
        NotFound: there is no such product.
        Invalid: an `alt` is missing.
        Conflict: the product has as many pictures as it can.
    """
    await _require_room(shop, product_id, len(pictures))
    images = [await store_rendered(shop, f"products/{product_id}", picture) for picture in pictures]

    def added(product: Product) -> Product:
        every = {image.files: image for image in reversed((*product.images, *images))}
        kept = tuple(image for image in (*product.images, *images) if every[image.files] is image)
        if len(kept) > MAX_IMAGES:
            raise _full()
        return replace(product, images=kept)

    return await _changed(shop, product_id, added)


async def store_rendered(shop: Shop, folder: str, picture: RenderedImage) -> Image:
    """Store a picture's renditions under a folder; also for pictures of categories.

    Raises:
        Invalid: its `alt` is missing, or it has no rendition.
    """
    alt = _checked_alt(picture.alt)
    if not picture.renditions:
        raise Invalid.field("file", "The picture has no rendition.", "missing")
    files = []
    for item in picture.renditions:
        digest = hashlib.sha256(item.content).hexdigest()[:32]
        key = f"{folder}/{digest}-{item.width}{_TYPES[item.type][1]}"
        await shop.storage.save(key, item.content)
        files.append(ImageFile(key, item.type, item.width, item.height))
    return Image(new_id(), alt, picture.width, picture.height, tuple(files))


async def describe_image(shop: Shop, product_id: str, image_id: str, alt: str) -> Product:
    """The product with another `alt` for a picture.

    Raises:
        NotFound: there is no such product, or it has no such picture.
        Invalid: the `alt` is missing or too long.
    """
    words = _checked_alt(alt)

    def described(product: Product) -> Product:
        _require_image(product, image_id)
        images = tuple(replace(image, alt=words) if image.id == image_id else image for image in product.images)
        return replace(product, images=images)

    return await _changed(shop, product_id, described)


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

    Raises:
        NotFound: there is no such product, or it has no such picture.
    """
    gone: list[Image] = []

    def without(product: Product) -> Product:
        gone[:] = [_require_image(product, image_id)]
        variants = tuple(replace(v, image_id=None) if v.image_id == image_id else v for v in product.variants)
        images = tuple(image for image in product.images if image.id != image_id)
        return replace(product, images=images, variants=variants)

    product = await _changed(shop, product_id, without)
    still_used = {file.key for image in product.images for file in image.files}
    for file in gone[0].files:
        if file.key not in still_used:
            await shop.storage.delete(file.key)
    return product


def render(content: bytes, alt: str) -> RenderedImage:
    """A picture's renditions: AVIF, WebP and JPEG in each width up to its own. Takes a second: use a thread.

    Raises:
        Invalid: it is no picture of an accepted type, is broken, or has too many pixels.
    """
    source = _decoded(content)
    widths = [width for width in WIDTHS if width < source.width] + [min(source.width, WIDTHS[-1])]
    renditions = []
    for width in dict.fromkeys(widths):
        size = (width, max(1, round(source.height * width / source.width)))
        scaled = source.resize(size, Pillow.Resampling.LANCZOS)
        for kind, (name, _, options) in _TYPES.items():
            buffer = io.BytesIO()
            (_on_white(scaled) if name == "JPEG" else scaled).save(buffer, format=name, **options)
            renditions.append(Rendition(kind, *size, buffer.getvalue()))
    largest = renditions[-1]
    return RenderedImage(alt, largest.width, largest.height, tuple(renditions))


def _decoded(content: bytes) -> Pillow.Image:
    try:
        with Pillow.open(io.BytesIO(content), formats=ACCEPTED) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_many_pixels(opened.width, opened.height)
            turned = ImageOps.exif_transpose(opened)
            colours = _in_srgb(turned)
            clean = colours.convert("RGBA" if _has_transparency(turned) else "RGB")
            clean.info = {}  # Pillow writes comments and profiles that it finds here into what it saves
            return clean
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise _too_many_pixels(0, 0) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError) as error:
        kind = type(error).__name__
        raise Invalid.field(
            "file", f"This is no JPEG, PNG, WebP or AVIF picture, or a broken one ({kind}).", "picture"
        ) from None


def _in_srgb(picture: Pillow.Image) -> Pillow.Image:
    """The picture in the colours that browsers assume; an unreadable profile is left out."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return made if made is not None else picture


def _has_transparency(picture: Pillow.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in picture.info


def _on_white(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode == "RGB":
        return picture
    white = Pillow.new("RGB", picture.size, (255, 255, 255))
    white.paste(picture, mask=picture.getchannel("A"))
    return white


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


def _require_image(product: Product, image_id: str) -> Image:
    for image in product.images:
        if image.id == image_id:
            return image
    raise NotFound(f"The product has no picture {image_id!r}.")


def _checked_alt(alt: str) -> str:
    words = " ".join(alt.split())
    if not 1 <= len(words) <= LONGEST_ALT:
        raise Invalid.field("alt", f"Say what the picture shows, in at most {LONGEST_ALT} characters.", "length")
    return words


def _full() -> Conflict:
    return Conflict(f"A product has at most {MAX_IMAGES} pictures.", hint="Delete one first.", code="too_many_images")


def _too_many_pixels(width: int, height: int) -> Invalid:
    size = f"{width} × {height} pixels" if width else "far too many pixels"
    return Invalid.field("file", f"The picture has {size}; at most {MAX_PIXELS // 10**6} million are read.", "pixels")
