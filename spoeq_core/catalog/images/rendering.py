"""From an uploaded file to clean renditions: decoded within limits, turned, cut to 4 by 5, encoded anew.

Nothing of the upload itself is kept: decoding and encoding anew strips EXIF (after turning the picture as it says),
places, comments and whatever else was hidden in the file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image as Pillow, ImageCms, ImageOps

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.messages import message

ACCEPTED: Final = ("JPEG", "PNG", "WEBP", "AVIF")
WIDTHS: Final = (160, 320, 480, 640, 960, 1280, 1920)
LONGEST_SIDE: Final = 2400
MAX_PIXELS: Final = 40_000_000
ACROSS: Final = 4
DOWN: Final = 5
CENTRE: Final = (50, 50)
Options = Mapping[str, int]
SUFFIXES: Final = {"image/avif": ".avif", "image/webp": ".webp", "image/jpeg": ".jpg"}

_ENCODERS: Final[Mapping[str, tuple[str, Options]]] = {
    "image/avif": ("AVIF", {"quality": 60, "speed": 8}),
    "image/webp": ("WEBP", {"quality": 80, "method": 4}),
    "image/jpeg": ("JPEG", {"quality": 82, "progressive": True, "optimize": True}),
}
_WHOLE: Final[tuple[str, Options]] = ("WEBP", {"quality": 92, "method": 4})

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture in one size and type, as bytes."""

    type: str
    width: int
    height: int
    content: bytes


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """A picture whose renditions were made already; `alt` says what it shows.

    `whole` is the picture before it was cut, and `focal` what was kept in sight, in per cent from left and top.
    """

    alt: str
    width: int
    height: int
    renditions: tuple[Rendition, ...]
    whole: Rendition | None = None
    focal: tuple[int, int] = CENTRE


def render(content: bytes, alt: str, focal: tuple[int, int] = CENTRE, widths: Sequence[int] = WIDTHS) -> RenderedImage:
    """A picture's renditions: AVIF, WebP and JPEG in each width up to its own, cut to 4 by 5 around its focal point.

    Takes seconds: use a thread.

    Raises:
        Invalid: it is no picture of an accepted type, is broken, or has too many pixels.
    """
    source = _decoded(content)
    box = cut(source.size, focal)
    picture = source.crop(box)
    widest = min(picture.width, widths[-1])
    renditions: list[Rendition] = []
    for width in (*(width for width in widths if width < widest), widest):
        size = (width, max(1, round(picture.height * width / picture.width)))
        scaled = picture.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=3.0)
        renditions += [_encoded(scaled, kind, *encoder) for kind, encoder in _ENCODERS.items()]
    largest = renditions[-1]
    whole = None if box == (0, 0, *source.size) else _encoded(source, "image/webp", *_WHOLE)
    return RenderedImage(alt, largest.width, largest.height, tuple(renditions), whole, focal)


def cut(size: tuple[int, int], focal: tuple[int, int]) -> Box:
    """The largest part of 4 by 5 that has the focal point as near to its middle as the edges allow.

    Args:
        size: Width and height of the picture.
        focal: Per cent of the width from the left, and of the height from the top.
    """
    width, height = size
    across = max(1, min(width, round(height * ACROSS / DOWN)))
    down = max(1, min(height, round(width * DOWN / ACROSS)))
    left = min(max(0, round(width * focal[0] / 100 - across / 2)), width - across)
    top = min(max(0, round(height * focal[1] / 100 - down / 2)), height - down)
    return left, top, left + across, top + down


def _encoded(picture: Pillow.Image, kind: str, name: str, options: Options) -> Rendition:
    buffer = io.BytesIO()
    (_on_white(picture) if name == "JPEG" else picture).save(buffer, format=name, **options)
    return Rendition(kind, picture.width, picture.height, buffer.getvalue())


def _decoded(content: bytes) -> Pillow.Image:
    try:
        with Pillow.open(io.BytesIO(content), formats=ACCEPTED) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_many_pixels(opened.width, opened.height)
            opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a huge JPEG is decoded at a half, a quarter, an eighth
            turned = ImageOps.exif_transpose(opened)
            transparent = _has_transparency(turned)
            clean = _in_srgb(turned).convert("RGBA" if transparent else "RGB")
            clean.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Pillow.Resampling.LANCZOS)
            clean.info = {}  # Pillow writes comments and profiles that it finds here into what it saves
            return clean
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise _too_many_pixels(0, 0) from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        raise Invalid.field(
            "file", message("This is no JPEG, PNG, WebP or AVIF picture, or a broken one."), "picture"
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


def _too_many_pixels(width: int, height: int) -> Invalid:
    most = MAX_PIXELS // 10**6
    if not width:
        said = message("The picture has far too many pixels; at most %(most)s million are read.", most=most)
    else:
        said = message(
            "The picture has %(width)s × %(height)s pixels; at most %(most)s million are read.",
            width=width,
            height=height,
            most=most,
        )
    return Invalid.field("file", said, "pixels")
