"""Outlines in drawing units: written as short path strings, flattened to points, moved, turned and mirrored."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[float, float, float, float]

_TOKEN = re.compile(r"[A-Z]|-?\d+(?:\.\d+)?")
_STEPS = 18
_ARGUMENTS = {"M": 2, "L": 2, "Q": 4, "C": 6}
_CUBIC = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """A run of points; filled it is a polygon, drawn as a line it may stay open."""

    points: tuple[Point, ...]

    @property
    def box(self) -> Box:
        """Left, top, right and bottom of the points."""
        across = [x for x, _ in self.points]
        down = [y for _, y in self.points]
        return min(across), min(down), max(across), max(down)

    def moved(self, dx: float, dy: float) -> "Shape":
        """The same outline elsewhere."""
        return Shape(tuple((x + dx, y + dy) for x, y in self.points))

    def mirrored(self, axis: float = 600) -> "Shape":
        """The outline seen in a mirror standing on the vertical line at axis."""
        return Shape(tuple((2 * axis - x, y) for x, y in self.points))

    def scaled(self, across: float, down: float | None = None, about: Point = (0, 0)) -> "Shape":
        """The outline grown (or shrunk) about a point; down defaults to the same factor."""
        ax, ay = about
        vertical = across if down is None else down
        return Shape(tuple((ax + (x - ax) * across, ay + (y - ay) * vertical) for x, y in self.points))

    def turned(self, degrees: float, about: Point = (0, 0)) -> "Shape":
        """The outline rotated clockwise (as seen on the picture) about a point."""
        ax, ay = about
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return Shape(
            tuple((ax + (x - ax) * c - (y - ay) * s, ay + (x - ax) * s + (y - ay) * c) for x, y in self.points)
        )

    def placed(self, x: float, y: float, size: float, degrees: float = 0) -> "Shape":
        """A motif drawn about the origin with size 1, put down at a place."""
        c, s = math.cos(math.radians(degrees)) * size, math.sin(math.radians(degrees)) * size
        return Shape(tuple((x + px * c - py * s, y + px * s + py * c) for px, py in self.points))


def path(text: str) -> Shape:
    """The outline of a path string with the SVG commands M, L, Q, C and Z, absolute coordinates.

    `path("M 0 0 L 10 0 Q 10 10 0 10 Z")`; a letter may be followed by several sets of its arguments.
    """
    points: list[Point] = []
    command, numbers = "M", list[float]()
    for token in _TOKEN.findall(text):
        if token.isalpha():
            command = token
            continue
        numbers.append(float(token))
        if len(numbers) == _ARGUMENTS[command]:
            pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
            points.extend(pairs if command in "ML" else _curve([points[-1], *pairs]))
            numbers = []
    return Shape(tuple(points))


def _curve(control: list[Point]) -> Iterable[Point]:
    """Points along a quadratic or cubic Bézier curve, its start left out."""
    if len(control) == _CUBIC:
        start, bend, end = control
        control = [start, _between(start, bend, 2 / 3), _between(end, bend, 2 / 3), end]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = control
    for step in range(1, _STEPS + 1):
        t = step / _STEPS
        u = 1 - t
        a, b, c, d = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        yield a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def symmetric(text: str, axis: float = 600) -> Shape:
    """A closed outline of which the path gives the right half, from top to bottom."""
    half = path(text)
    return Shape(half.points + half.mirrored(axis).points[::-1])


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None, steps: int = 72) -> Shape:
    """An ellipse, or a circle when one radius is given."""
    down = rx if ry is None else ry
    turn = 2 * math.pi / steps
    return Shape(tuple((cx + rx * math.cos(i * turn), cy + down * math.sin(i * turn)) for i in range(steps)))


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, steps: int = 48) -> Shape:
    """An open piece of an ellipse between two angles in degrees, clockwise from the right."""
    angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return Shape(tuple((cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles))


def ring(outer: Shape, inner: Shape) -> Shape:
    """The band between two closed outlines, cut open once so that one polygon fills it."""
    return Shape((*outer.points, outer.points[0], inner.points[0], *inner.points[::-1]))


def rect(x: float, y: float, width: float, height: float, radius: float = 0) -> Shape:
    """A rectangle, with round corners when a radius is given."""
    right, bottom = x + width, y + height
    if not radius:
        return Shape(((x, y), (right, y), (right, bottom), (x, bottom)))
    corners = (
        (right - radius, y + radius, -90),
        (right - radius, bottom - radius, 0),
        (x + radius, bottom - radius, 90),
        (x + radius, y + radius, 180),
    )
    return Shape(tuple(p for cx, cy, a in corners for p in arc(cx, cy, radius, radius, a, a + 90, 10).points))


def line(*points: Point) -> Shape:
    """An open line through points."""
    return Shape(points)


def smooth(*points: Point) -> Shape:
    """An open curve that passes softly through all points (Catmull-Rom)."""
    padded = [points[0], *points, points[-1]]
    out: list[Point] = [points[0]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        out.extend(_curve([start, first, second, end]))
    return Shape(tuple(out))


def taper(track: Shape, width: float) -> Shape:
    """A line as an outline that grows from nothing at its start to the width at its end."""
    left: list[Point] = []
    right: list[Point] = []
    points = track.points
    for number, (x, y) in enumerate(points):
        (x0, y0), (x1, y1) = points[max(0, number - 1)], points[min(len(points) - 1, number + 1)]
        length = math.hypot(x1 - x0, y1 - y0) or 1
        half = width / 2 * min(1, 1.25 * number / (len(points) - 1))
        dx, dy = -(y1 - y0) / length * half, (x1 - x0) / length * half
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    return Shape((*left, *right[::-1]))
