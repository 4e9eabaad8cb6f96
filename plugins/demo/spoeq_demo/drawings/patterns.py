"""Cloth patterns: block prints, ikat, stripes, tie-dye and woven motifs, spread over an area."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import Colour, mix
from spoeq_demo.drawings.geometry import Box, Point, Shape, line, rect


@dataclass(frozen=True, slots=True)
class Print:
    """What a pattern is printed with: the cloth's own colour, two inks, dice, and a size (1 = a garment's)."""

    cloth: Colour
    ink: Colour
    accent: Colour
    dice: Random
    size: float = 1


def _lattice(area: Box, across: float, down: float, half_drop: bool = True) -> Iterator[Point]:
    """Places of a repeat that covers an area; every second row is moved by half a repeat."""
    left, top, right, bottom = area
    row, y = 0, top + down * 0.4
    while y < bottom + down:
        x = left - across * 0.5 + (across / 2 if half_drop and row % 2 else 0)
        while x < right + across:
            yield x, y
            x += across
        row, y = row + 1, y + down


def plain(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Hand-spun cloth: a few thicker threads across."""
    left, top, right, bottom = area
    for _ in range(int((bottom - top) / 9)):
        y = cloth.dice.uniform(top, bottom)
        x = cloth.dice.uniform(left, right)
        canvas.line(line((x, y), (x + cloth.dice.uniform(30, 140), y)), cloth.ink, 1.6, 0.16)


def buti(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Scattered sprigs, stamped by hand: never quite straight."""
    size = 62 * cloth.size
    for x, y in _lattice(area, size * 1.6, size * 1.25):
        lean = cloth.dice.uniform(-5, 5)
        motifs.sprig(canvas, x, y - size * 0.2, size, (cloth.ink, cloth.accent), lean)


def paisley(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Mangoes in rows that look left and right in turn, dots between."""
    size = 74 * cloth.size
    for number, (x, y) in enumerate(_lattice(area, size * 1.35, size * 1.2)):
        lean = cloth.dice.uniform(-4, 4) + (14 if number % 2 else -14)
        motifs.paisley(canvas, x, y, size, (cloth.ink, cloth.accent), lean)
        motifs.dot(canvas, x + size * 0.68, y, size * 0.13, cloth.accent)


def jaal(canvas: Canvas, area: Box, cloth: Print) -> None:
    """A net of leafy ogees with a flower in each mesh."""
    size = 104 * cloth.size
    for x, y in _lattice(area, size, size * 0.62):
        for side in (-1, 1):
            curve = Shape(tuple((x + side * px * size, y + py * size) for px, py in _OGEE))
            canvas.line(curve, cloth.accent, 3.4 * cloth.size)
            canvas.fill(motifs.LEAF.placed(x + side * size * 0.42, y + size * 0.1, size * 0.3, side * 70), cloth.accent)
        motifs.flower(canvas, x, y, size * 0.46, (cloth.ink, cloth.accent), 6)


_OGEE: Final = ((0.0, -0.62), (0.05, -0.5), (0.2, -0.34), (0.42, -0.2), (0.5, 0.0), (0.42, 0.2), (0.2, 0.34), (0, 0.62))


def ajrakh(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Stars and crosses in a strict grid, outlined in white dots."""
    size = 92 * cloth.size
    for x, y in _lattice(area, size, size, half_drop=False):
        motifs.star(canvas, x, y, size * 0.88, (cloth.ink, cloth.cloth))
        canvas.fill(motifs.DIAMOND.placed(x + size / 2, y + size / 2, size * 0.34), cloth.accent)
        motifs.dot(canvas, x + size / 2, y + size / 2, size * 0.12, cloth.cloth)
        for dx, dy in ((0.5, 0), (0, 0.5)):
            motifs.dot(canvas, x + dx * size, y + dy * size, size * 0.1, cloth.accent)


def bandhani(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Tie-dye: small rings tied into rounds of dots, with single dots between."""
    size = 118 * cloth.size
    ring = [(motifs.ROUND.points[i * 4], i) for i in range(10)]
    for x, y in _lattice(area, size, size * 0.62):
        for (px, py), number in ring:
            ink = cloth.ink if number % 2 else cloth.accent
            _knot(canvas, (x + px * size * 0.62, y + py * size * 0.62), size * 0.085, ink, cloth)
        _knot(canvas, (x, y), size * 0.12, cloth.ink, cloth)
        _knot(canvas, (x + size / 2, y), size * 0.07, cloth.accent, cloth)


def _knot(canvas: Canvas, at: Point, size: float, ink: Colour, cloth: Print) -> None:
    """One tied spot: a pale square of hand-tied size with a dark heart."""
    x, y = at[0] + cloth.dice.uniform(-1.5, 1.5), at[1] + cloth.dice.uniform(-1.5, 1.5)
    motifs.dot(canvas, x, y, size, ink)
    motifs.dot(canvas, x, y, size * 0.36, cloth.cloth)


def leheriya(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Tie-dyed waves: zigzag bands that run across, with hairlines beside them."""
    left, top, right, bottom = area
    step, rise = 74 * cloth.size, 46 * cloth.size
    y = top - rise
    for number in range(int((bottom - top + 2 * rise) / step) + 2):
        count = int((right - left) / rise) + 3
        wave = Shape(tuple((left - rise + i * rise, y + (rise if i % 2 else 0)) for i in range(count)))
        canvas.line(wave, cloth.ink if number % 2 else cloth.accent, 17 * cloth.size)
        canvas.line(wave.moved(0, 21 * cloth.size), mix(cloth.cloth, cloth.ink, 0.7), 4 * cloth.size)
        y += step


def ikat(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Stepped diamonds whose edges blur along the thread, as resist-dyed yarn does."""
    size = 138 * cloth.size
    for x, y in _lattice(area, size, size * 0.72):
        for share, ink in ((1.0, cloth.ink), (0.66, cloth.cloth), (0.46, cloth.accent), (0.16, cloth.cloth)):
            _feathered(canvas, (x, y), size * 0.46 * share, ink, cloth)


def _feathered(canvas: Canvas, at: Point, reach: float, ink: Colour, cloth: Print) -> None:
    """A diamond built of rows of thread of slightly different lengths."""
    rows = max(3, int(reach / (4.5 * cloth.size)))
    thick = reach * 1.3 / rows
    for row in range(-rows, rows + 1):
        half = reach * (1 - abs(row) / (rows + 0.6)) + cloth.dice.uniform(-0.06, 0.06) * reach
        if half > 0:
            y = at[1] + row * thick * 0.72
            canvas.fill(rect(at[0] - half, y - thick * 0.38, 2 * half, thick * 0.76), ink)


def stripes(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Stripes down the cloth in a repeat of wide and narrow."""
    left, top, right, bottom = area
    unit = 15 * cloth.size
    runs = cloth.dice.choice((((2.6, 0), (0.5, 1)), ((1.4, 0), (0.35, 1), (0.35, 1)), ((0.5, 0), (0.5, 1), (0.5, 0))))
    x = left
    while x < right:
        for width, which in runs:
            canvas.fill(rect(x, top, width * unit, bottom - top), cloth.accent if which else cloth.ink)
            x += width * unit + unit * 0.9
        x += unit * 1.7


def pinstripes(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Fine lines, evenly spaced."""
    left, top, right, bottom = area
    step = 26 * cloth.size
    for number in range(int((right - left) / step) + 1):
        x = left + number * step
        canvas.line(line((x, top), (x, bottom)), cloth.ink if number % 4 else cloth.accent, 3.2 * cloth.size)


def checks(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Madras checks: bands crossing bands, darker where they meet."""
    left, top, right, bottom = area
    step = 96 * cloth.size
    bands = ((0.0, 0.34, cloth.ink, 0.55), (0.48, 0.07, cloth.accent, 0.9), (0.68, 0.16, cloth.accent, 0.4))
    for start, width, ink, strength in bands:
        y = top + start * step
        while y < bottom:
            canvas.fill(rect(left, y, right - left, width * step), ink, strength)
            y += step
        x = left + start * step
        while x < right:
            canvas.fill(rect(x, top, width * step, bottom - top), ink, strength)
            x += step


def kantha(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Rows of running stitch, each row a little out of step with the last."""
    left, top, right, bottom = area
    step, length = 19 * cloth.size, 17 * cloth.size
    for row in range(int((bottom - top) / step) + 1):
        y = top + row * step
        x = left + (row % 3) * length * 0.55 + cloth.dice.uniform(-2, 2)
        ink = cloth.accent if row % 6 in (2, 3) else cloth.ink
        while x < right:
            canvas.line(line((x, y), (x + length * 0.62, y + cloth.dice.uniform(-0.8, 0.8))), ink, 3.4 * cloth.size)
            x += length
    for x, y in _lattice(area, 250 * cloth.size, 190 * cloth.size):
        motifs.flower(canvas, x, y, 74 * cloth.size, (cloth.accent, cloth.cloth), 8)


def jamdani(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Small woven flowers and dots, floating far apart on fine cloth."""
    size = 40 * cloth.size
    for x, y in _lattice(area, size * 2.5, size * 1.7):
        motifs.flower(canvas, x, y, size, (cloth.ink, cloth.accent), 6)
        motifs.dot(canvas, x + size * 1.25, y, size * 0.2, cloth.accent)


def temple(canvas: Canvas, area: Box, cloth: Print) -> None:
    """Rows of small triangles and lines: woven temple towers."""
    left, top, right, bottom = area
    size = 30 * cloth.size
    tower = Shape(((-0.5, 0.5), (0, -0.5), (0.5, 0.5)))
    for number, (x, y) in enumerate(_lattice(area, size, size * 2.6)):
        canvas.fill(tower.placed(x, y, size * 0.94), cloth.accent if number % 5 == 0 else cloth.ink)
    y = top + size * 1.04 + size * 0.5
    while y < bottom + size:
        canvas.line(line((left, y + size * 0.2), (right, y + size * 0.2)), cloth.accent, 3.5 * cloth.size)
        y += size * 2.6


Pattern = Callable[[Canvas, Box, Print], None]

PATTERNS: Final[Mapping[str, Pattern]] = MappingProxyType(
    {
        pattern.__name__: pattern
        for pattern in (
            plain,
            buti,
            paisley,
            jaal,
            ajrakh,
            bandhani,
            leheriya,
            ikat,
            stripes,
            pinstripes,
            checks,
            kantha,
            jamdani,
            temple,
        )
    }
)
