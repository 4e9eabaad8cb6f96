"""Picture files of a product: AVIF and WebP in several widths, and one JPEG for old browsers."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from PIL import Image, features

from spoeq_demo.drawings.scene import draw

if TYPE_CHECKING:
    from spoeq_demo.catalogue.model import DemoProduct

WIDTHS: Final = (160, 320, 640, 960, 1200)
DETAIL_WIDTHS: Final = (160, 320, 640, 960)
_JPEG_WIDTH = 960
_LIST_WIDTH = 640
_FILTER = Image.Resampling.HAMMING
_LIST_BYTES = 24_000
_LOWEST_QUALITY = 18


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One written file: its path, format (avif, webp or jpeg), pixels across and down."""

    path: Path
    format: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ProductPicture:
    """One gallery picture of a product in all its files, with the text that stands for it."""

    alt: str
    files: tuple[PictureFile, ...]


def render_set(
    image: Image.Image, out_dir: Path, stem: str, widths: tuple[int, ...] = WIDTHS
) -> tuple[PictureFile, ...]:
    """Writes a picture as `<stem>-<width>.avif` and `.webp` for each width, and one JPEG; gives what it wrote.

    Where Pillow was built without AVIF, the AVIF files are left out. The folder is made when missing.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    fallback = min(_JPEG_WIDTH, max(widths))
    scaled = _scaled(image, {*widths, fallback})
    written: list[PictureFile] = []
    for width in widths:
        picture = scaled[width]
        if features.check("avif"):
            written.append(_write(_avif(picture), out_dir / f"{stem}-{width}.avif", "avif", picture))
        webp = _encoded(picture, "WEBP", quality=76, method=2)
        written.append(_write(webp, out_dir / f"{stem}-{width}.webp", "webp", picture))
    jpeg = _encoded(scaled[fallback], "JPEG", quality=80)
    written.append(_write(jpeg, out_dir / f"{stem}.jpg", "jpeg", scaled[fallback]))
    return tuple(written)


def render_product(product: "DemoProduct", out_dir: Path) -> tuple[ProductPicture, ...]:
    """Draws and writes all pictures of a product; runs in a process of its own when a pool calls it."""
    seed = crc32(product.slug.encode())
    whole = draw(product.drawing, product.palette, product.name, seed)
    pictures = [ProductPicture(product.name, render_set(whole, out_dir, product.slug))]
    for view in range(1, product.views):
        detail = draw(product.drawing, product.palette, product.name, seed, view, max(DETAIL_WIDTHS))
        files = render_set(detail, out_dir, f"{product.slug}-{view + 1}", DETAIL_WIDTHS)
        pictures.append(ProductPicture(f"{product.name}, a closer look", files))
    return tuple(pictures)


def _scaled(image: Image.Image, widths: set[int]) -> dict[int, Image.Image]:
    """The picture in each width, largest first; a half is made from its double, which is ten times as quick."""
    made: dict[int, Image.Image] = {image.width: image}
    for width in sorted(widths - {image.width}, reverse=True):
        height = round(image.height * width / image.width)
        double = made.get(width * 2)
        exact = double is not None and double.height == height * 2
        made[width] = double.reduce(2) if double and exact else image.resize((width, height), _FILTER)
    return made


def _avif(image: Image.Image) -> bytes:
    """The picture as AVIF; where lists show it, coarser until it fits the list's budget."""
    small = image.width <= _LIST_WIDTH
    quality = 48
    while True:
        data = _encoded(image, "AVIF", quality=quality, speed=9, max_threads=1)
        if not small or len(data) < _LIST_BYTES or quality <= _LOWEST_QUALITY:
            return data
        quality -= 8


def _encoded(image: Image.Image, kind: str, **options: int | bool) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def _write(data: bytes, path: Path, kind: str, image: Image.Image) -> PictureFile:
    path.write_bytes(data)
    return PictureFile(path, kind, image.width, image.height)
