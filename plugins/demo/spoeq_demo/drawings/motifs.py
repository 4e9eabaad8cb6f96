"""Small figures that patterns repeat: sprigs, paisleys, stars, lotus; drawn about a place at a size."""

from typing import Final

from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import Colour
from spoeq_demo.drawings.geometry import Shape, ellipse, path, symmetric

PETAL: Final = symmetric("M 0 0 C 26 -14 26 -40 0 -56", axis=0).scaled(0.01)
LEAF: Final = symmetric("M 0 0 C 22 -20 20 -52 0 -80", axis=0).scaled(0.01)
DROP: Final = path(
    "M 2 58 C -50 52 -48 -8 -22 -34 C -4 -56 30 -60 36 -38 C 40 -24 26 -14 16 -22 C 46 6 44 52 2 58"
).scaled(0.01)
DIAMOND: Final = Shape(((0, -0.5), (0.5, 0), (0, 0.5), (-0.5, 0)))
SQUARE: Final = Shape(((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)))
DOT: Final = ellipse(0, 0, 0.5, steps=14)
ROUND: Final = ellipse(0, 0, 0.5, steps=40)


def dot(canvas: Canvas, x: float, y: float, size: float, ink: Colour) -> None:
    """A round dot of a diameter."""
    canvas.fill(DOT.placed(x, y, size), ink)


def flower(canvas: Canvas, x: float, y: float, size: float, inks: tuple[Colour, Colour], petals: int = 5) -> None:
    """An open flower with a heart in the second colour."""
    for number in range(petals):
        canvas.fill(PETAL.placed(x, y, size * 0.9, number * 360 / petals), inks[0])
    dot(canvas, x, y, size * 0.24, inks[1])


def sprig(canvas: Canvas, x: float, y: float, size: float, inks: tuple[Colour, Colour], lean: float = 0) -> None:
    """A flower on a stem with two leaves: the buti of block prints."""
    stem = Shape(((-0.022, -0.2), (0.022, -0.2), (0.03, 0.62), (-0.03, 0.62)))
    canvas.fill(stem.placed(x, y, size, lean), inks[1])
    foot = Shape(((0, 0.5),)).placed(x, y, size, lean).points[0]
    for side in (-58, 58):
        canvas.fill(LEAF.placed(*foot, size * 0.5, lean + side), inks[1])
    top = Shape(((0, -0.16),)).placed(x, y, size, lean).points[0]
    flower(canvas, *top, size * 0.68, inks)


def paisley(canvas: Canvas, x: float, y: float, size: float, inks: tuple[Colour, Colour], lean: float = 0) -> None:
    """A mango (ambi) with a smaller one and a flower inside."""
    canvas.fill(DROP.placed(x, y, size, lean), inks[0])
    canvas.fill(DROP.placed(x - size * 0.01, y + size * 0.06, size * 0.66, lean), inks[1])
    canvas.fill(DROP.placed(x - size * 0.01, y + size * 0.09, size * 0.4, lean), inks[0])
    dot(canvas, x - size * 0.02, y + size * 0.16, size * 0.12, inks[1])


def star(canvas: Canvas, x: float, y: float, size: float, inks: tuple[Colour, Colour]) -> None:
    """An eight-pointed star with rings, as on ajrakh cloth and inlay."""
    canvas.fill(SQUARE.placed(x, y, size * 0.72), inks[0])
    canvas.fill(SQUARE.placed(x, y, size * 0.72, 45), inks[0])
    canvas.fill(ROUND.placed(x, y, size * 0.5), inks[1])
    flower(canvas, x, y, size * 0.46, (inks[0], inks[1]), 8)


def lotus(canvas: Canvas, x: float, y: float, size: float, inks: tuple[Colour, Colour]) -> None:
    """A lotus seen from the side."""
    for lean in (-74, 74, -44, 44, -20, 20, 0):
        ink = inks[1] if lean in (-44, 44, 0) else inks[0]
        canvas.fill(LEAF.placed(x, y, size * 0.8, lean), ink)
