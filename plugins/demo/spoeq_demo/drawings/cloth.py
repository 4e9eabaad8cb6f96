"""Cloth: a dyed and printed piece with folds, borders, stitches and tassels."""

from collections.abc import Sequence
from random import Random

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.geometry import Box, Point, Shape, line, rect, taper
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print


def printed(canvas: Canvas, shape: Shape, look: Look, size: float = 1, pattern: str = "") -> None:
    """Fills an outline with the main colour and the look's pattern (or the one named)."""
    canvas.fill(shape, look.main)
    with canvas.inside(shape) as part:
        cloth = Print(look.main, look.second, look.accent, look.dice, size)
        PATTERNS[pattern or look.style](part, shape.box, cloth)


def folds(canvas: Canvas, shape: Shape, lines: Sequence[Shape], depth: float = 0.26, width: float = 16) -> None:
    """Shades soft folds along lines inside an outline, from nothing at the start of each to its end."""
    with canvas.inside(shape) as part:
        for track in lines:
            part.soft(taper(track.moved(width * 0.5, 0), width * 1.5), SHADE, depth, width * 0.7)
            part.soft(taper(track.moved(-width * 0.9, 0), width * 1.2), COTTON, depth * 0.62, width * 0.6)


def round_off(canvas: Canvas, shape: Shape, depth: float = 0.22, reach: float = 34) -> None:
    """Darkens the right and lower edge of a piece and lights the left one, so that it has body."""
    with canvas.inside(shape) as part:
        edge = Shape((*shape.points, shape.points[0]))
        part.soft(edge.moved(reach * 0.45, reach * 0.4), SHADE, depth * 0.7, reach * 0.55, reach * 0.7)
        part.soft(edge.moved(-reach * 0.55, -reach * 0.4), COTTON, depth * 0.5, reach * 0.5, reach * 0.5)


def stitches(canvas: Canvas, track: Shape, ink: Colour, length: float = 11, width: float = 2.4) -> None:
    """A dashed seam along a line."""
    pen, rest = True, length
    for (x0, y0), (x1, y1) in zip(track.points, track.points[1:], strict=False):
        span = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        done = 0.0
        while span - done > 1e-6:  # noqa: PLR2004 (rounding)
            step = min(rest, span - done)
            if pen:
                start, end = done / span, (done + step) / span
                ends = (x0 + (x1 - x0) * start, y0 + (y1 - y0) * start), (x0 + (x1 - x0) * end, y0 + (y1 - y0) * end)
                canvas.line(line(*ends), ink, width)
            done, rest = done + step, rest - step
            if rest <= 1e-6:  # noqa: PLR2004 (rounding)
                pen, rest = not pen, length * (0.75 if pen else 1)


def border(canvas: Canvas, area: Box, inks: tuple[Colour, Colour], kind: str = "temple") -> None:
    """A printed or woven band across an area: ground in the first ink, figures in the second."""
    left, top, right, bottom = area
    height = bottom - top
    canvas.fill(rect(left, top, right - left, height), inks[0])
    for share in (0.07, 0.93):
        y = top + height * share
        canvas.line(line((left, y), (right, y)), inks[1], height * 0.05)
    step = height * (0.62 if kind == "temple" else 0.86)
    count = round((right - left) / step)
    for number in range(count + 1):
        x = left + (right - left) * (number / max(1, count))
        _figure(canvas, kind, (x, (top + bottom) / 2), height * 0.6, inks)


def _figure(canvas: Canvas, kind: str, at: Point, size: float, inks: tuple[Colour, Colour]) -> None:
    x, y = at
    if kind == "temple":
        canvas.fill(Shape(((-0.5, 0.5), (0, -0.5), (0.5, 0.5))).placed(x, y, size), inks[1])
    elif kind == "paisley":
        motifs.paisley(canvas, x, y, size * 1.1, (inks[1], inks[0]))
    elif kind == "diamond":
        canvas.fill(motifs.DIAMOND.placed(x, y, size * 1.1), inks[1])
        canvas.fill(motifs.DIAMOND.placed(x, y, size * 0.5), inks[0])
    else:
        motifs.flower(canvas, x, y, size * 0.95, (inks[1], inks[0]), 8)


def fringe(canvas: Canvas, left: Point, right: Point, ink: Colour, length: float, dice: Random) -> None:
    """Loose threads along the edge between two points."""
    count = max(2, int(abs(right[0] - left[0]) / 9))
    for number in range(count + 1):
        share = number / count
        x, y = left[0] + (right[0] - left[0]) * share, left[1] + (right[1] - left[1]) * share
        tip = (x + dice.uniform(-4, 4), y + length * dice.uniform(0.86, 1.06))
        canvas.line(line((x, y), tip), dark(ink, 0.12) if number % 2 else light(ink, 0.1), 3.4)


def tassel(canvas: Canvas, at: Point, ink: Colour, band: Colour, length: float = 90) -> None:
    """A tassel that hangs from a point."""
    x, y = at
    skirt = Shape(
        (
            (x - length * 0.13, y + length * 0.22),
            (x + length * 0.13, y + length * 0.22),
            (x + length * 0.22, y + length),
            (x - length * 0.22, y + length),
        )
    )
    canvas.shadow(skirt, 7)
    canvas.fill(skirt, ink)
    for share in (-0.13, -0.05, 0.04, 0.12):
        canvas.line(
            line((x + share * length * 0.8, y + length * 0.3), (x + share * length * 1.5, y + length)),
            dark(ink, 0.25),
            2,
        )
    canvas.fill(motifs.ROUND.placed(x, y + length * 0.13, length * 0.28), ink)
    canvas.fill(rect(x - length * 0.14, y + length * 0.2, length * 0.28, length * 0.09, 3), band)
