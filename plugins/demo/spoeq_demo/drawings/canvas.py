"""A picture in drawing units (1200 wide, 1500 high) over a larger bitmap, so that edges come out smooth."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from spoeq_demo.drawings.colour import GROUND, SHADOW, Colour, mix
from spoeq_demo.drawings.geometry import Box, Point, Shape

WIDTH, HEIGHT = 1200, 1500
SUPERSAMPLING = 2
_TONES = 128

Stops: TypeAlias = Sequence[tuple[float, Colour]]
_Pixels: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where a painter draws: fills, lines, soft shades and gradients, each clipped by `inside`."""

    image: Image.Image
    scale: float
    origin: Point = (0, 0)

    @classmethod
    def blank(cls, width: int, zoom: float, centre: Point, at: Point) -> "Canvas":
        """An empty picture, `width` pixels across once reduced, with the drawing's `centre` at the place `at`."""
        scale = SUPERSAMPLING * width / WIDTH
        image = Image.new("RGB", (SUPERSAMPLING * width, round(HEIGHT * scale)), GROUND)
        return cls(image, scale * zoom, (centre[0] - at[0] / zoom, centre[1] - at[1] / zoom))

    def fill(self, shape: Shape, ink: Colour, opacity: float = 1) -> None:
        """Fills an outline with one colour."""
        if opacity >= 1:
            ImageDraw.Draw(self.image).polygon(self._pixels(shape), fill=ink)
            return
        box = self._clipped(shape, 0)
        if box is not None:
            self.image.paste(ink, box, self._mask(shape, box, round(255 * opacity)))

    def line(self, shape: Shape, ink: Colour, width: float, opacity: float = 1, closed: bool = False) -> None:
        """Draws along an outline with round joins and ends; the width is in drawing units."""
        thick = max(1, round(width * self.scale))
        track = Shape((*shape.points, *shape.points[:2])) if closed else shape
        if opacity >= 1:
            _stroke(ImageDraw.Draw(self.image), self._pixels(track), thick, ink)
            return
        box = self._clipped(track, width)
        if box is None:
            return
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        points = [(x - box[0], y - box[1]) for x, y in self._pixels(track)]
        _stroke(ImageDraw.Draw(mask), points, thick, round(255 * opacity))
        self.image.paste(ink, box, mask)

    def soft(self, shape: Shape, ink: Colour, opacity: float, blur: float, width: float = 0) -> None:
        """Lays a blurred patch of colour (a shadow, a fold, a glint); with a width, a blurred line instead."""
        box = self._clipped(shape, blur * 2.5 + width)
        if box is not None:
            coarse = max(1, int(blur * self.scale / 3))
            self._lay(self._haze(shape, box, coarse, (opacity, blur, width)), coarse, box[:2], ink)

    def shadow(self, shape: Shape, lift: float = 18) -> None:
        """The shadow of a thing lying or hanging a little above the ground, light from the upper left."""
        box = self._clipped(shape, lift * 5)
        if box is not None:
            coarse = max(1, int(lift * 0.35 * self.scale / 3))
            wide = self._haze(shape.moved(lift * 0.7, lift * 1.3), box, coarse, (0.20, lift * 1.5, 0))
            tight = self._haze(shape.moved(lift * 0.2, lift * 0.35), box, coarse, (0.22, lift * 0.35, 0))
            self._lay(ImageChops.screen(wide, tight), coarse, box[:2], SHADOW)

    def _haze(self, shape: Shape, box: _Pixels, coarse: int, of: tuple[float, float, float]) -> Image.Image:
        """A blurred mask of a shape at a coarser scale; `of` is opacity, blur and line width (0 fills)."""
        opacity, blur, width = of
        mask = Image.new("L", (math.ceil((box[2] - box[0]) / coarse), math.ceil((box[3] - box[1]) / coarse)))
        level = round(255 * opacity)
        points = [((x - box[0]) / coarse, (y - box[1]) / coarse) for x, y in self._pixels(shape)]
        if width:
            _stroke(ImageDraw.Draw(mask), points, max(1, round(width * self.scale / coarse)), level)
        else:
            ImageDraw.Draw(mask).polygon(points, fill=level)
        return mask.filter(ImageFilter.GaussianBlur(blur * self.scale / coarse))

    def _lay(self, mask: Image.Image, coarse: int, corner: tuple[int, int], ink: Colour) -> None:
        """Pastes a colour through the part of a coarse mask that is not empty."""
        inner = mask.getbbox()
        if inner is None:
            return
        left, top, right, bottom = inner
        fine = mask.resize(((right - left) * coarse, (bottom - top) * coarse), Image.Resampling.BILINEAR, inner)
        self.image.paste(ink, (corner[0] + left * coarse, corner[1] + top * coarse), fine)

    def gradient(self, shape: Shape, stops: Stops, down: bool = False, opacity: float = 1) -> None:
        """Fills an outline with colours that run from left to right, or downwards."""
        box = self._clipped(shape, 0)
        if box is None:
            return
        left, top, right, bottom = self._bitmap_box(shape.box, 0)
        strip = Image.new("RGB", (1, _TONES) if down else (_TONES, 1))
        strip.putdata([_at(stops, (i + 0.5) / _TONES) for i in range(_TONES)])
        across, down_by = strip.width / (right - left), strip.height / (bottom - top)
        shown = ((box[0] - left) * across, (box[1] - top) * down_by, (box[2] - left) * across, (box[3] - top) * down_by)
        paint = strip.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, shown)
        self.image.paste(paint, box, self._mask(shape, box, round(255 * opacity)))

    @contextmanager
    def inside(self, shape: Shape) -> Iterator["Canvas"]:
        """A canvas of which only what falls inside the outline is kept."""
        box = self._clipped(shape, 0) or (0, 0, 1, 1)
        corner = (self.origin[0] + box[0] / self.scale, self.origin[1] + box[1] / self.scale)
        part = Canvas(self.image.crop(box), self.scale, corner)
        yield part
        self.image.paste(part.image, box, self._mask(shape, box, 255))

    def text(self, at: Point, words: str, size: float, ink: Colour, tracking: float = 0, anchor: str = "l") -> None:
        """Writes one line with its baseline at a point; anchor l, m or r; tracking is extra space per letter."""
        font = ImageFont.load_default(max(1, size * self.scale))
        gap = tracking * self.scale
        width = sum(font.getlength(letter) + gap for letter in words) - gap
        x = (at[0] - self.origin[0]) * self.scale - width * {"l": 0, "m": 0.5, "r": 1}[anchor]
        y = (at[1] - self.origin[1]) * self.scale
        pen = ImageDraw.Draw(self.image)
        for letter in words:
            pen.text((x, y), letter, fill=ink, font=font, anchor="ls")
            x += font.getlength(letter) + gap

    def _pixels(self, shape: Shape) -> list[Point]:
        ox, oy = self.origin
        return [((x - ox) * self.scale, (y - oy) * self.scale) for x, y in shape.points]

    def _bitmap_box(self, box: Box, reach: float) -> _Pixels:
        ox, oy = self.origin
        left, top, right, bottom = box
        return (
            math.floor((left - ox - reach) * self.scale),
            math.floor((top - oy - reach) * self.scale),
            math.ceil((right - ox + reach) * self.scale) + 1,
            math.ceil((bottom - oy + reach) * self.scale) + 1,
        )

    def _clipped(self, shape: Shape, reach: float) -> _Pixels | None:
        """The bitmap box about a shape and its reach, cut to the picture; None when nothing of it shows."""
        left, top, right, bottom = self._bitmap_box(shape.box, reach)
        box = (max(0, left), max(0, top), min(self.image.width, right), min(self.image.height, bottom))
        return box if box[0] < box[2] and box[1] < box[3] else None

    def _mask(self, shape: Shape, box: _Pixels, level: int) -> Image.Image:
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        points = [(x - box[0], y - box[1]) for x, y in self._pixels(shape)]
        ImageDraw.Draw(mask).polygon(points, fill=level)
        return mask


def _stroke(pen: ImageDraw.ImageDraw, points: list[Point], width: int, ink: Colour | int) -> None:
    """A line with round joins and round ends."""
    pen.line(points, fill=ink, width=width, joint="curve" if width > 2 else None)  # noqa: PLR2004 (hairlines)
    radius = width / 2 - 0.5
    for x, y in (points[0], points[-1]):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink)


def _at(stops: Stops, place: float) -> Colour:
    """The colour at a place (0 to 1) of a run of colour stops."""
    for (start, first), (end, second) in pairwise(stops):
        if place <= end:
            return mix(first, second, (place - start) / (end - start) if place > start else 0)
    return stops[-1][1]
