"""Solid things: turned metal, glazed clay and glass, standing on a floor that shows only by their shadows."""

from spoeq_demo.drawings.canvas import Canvas, Stops
from spoeq_demo.drawings.colour import COTTON, SHADOW, Colour, dark, light
from spoeq_demo.drawings.geometry import Shape, ellipse, line, rect
from spoeq_demo.drawings.look import Look


def standing(canvas: Canvas, x: float, y: float, reach: float) -> None:
    """The shadow of a thing that stands with its foot at a place, light from the upper left."""
    canvas.soft(ellipse(x + reach * 0.3, y + reach * 0.03, reach * 1.18, reach * 0.14), SHADOW, 0.26, reach * 0.12)
    canvas.soft(ellipse(x + reach * 0.06, y, reach * 1.02, reach * 0.07), SHADOW, 0.46, max(6, reach * 0.04))


def metal(base: Colour) -> Stops:
    """Bands of light across a polished round body."""
    return (
        (0, dark(base, 0.34)),
        (0.08, base),
        (0.2, light(base, 0.62)),
        (0.27, light(base, 0.7)),
        (0.38, light(base, 0.08)),
        (0.6, dark(base, 0.1)),
        (0.82, dark(base, 0.42)),
        (0.92, dark(base, 0.2)),
        (1, dark(base, 0.38)),
    )


def glaze(base: Colour) -> Stops:
    """The soft light across a matt or glazed round body."""
    return (
        (0, dark(base, 0.2)),
        (0.14, light(base, 0.06)),
        (0.3, light(base, 0.2)),
        (0.5, base),
        (0.8, dark(base, 0.24)),
        (1, dark(base, 0.36)),
    )


def glint(canvas: Canvas, track: Shape, width: float = 12, opacity: float = 0.55) -> None:
    """A soft streak of light along a line."""
    canvas.soft(track, COTTON, opacity, width * 0.5, width)


def rim(canvas: Canvas, at: tuple[float, float, float, float], base: Colour, inside: Colour, lip: float = 12) -> None:
    """The mouth of a vessel seen a little from above: at is centre x, y and the two radii."""
    x, y, across, down = at
    canvas.gradient(ellipse(x, y, across, down), metal(light(base, 0.15)))
    canvas.gradient(
        ellipse(x, y + lip * 0.12, across - lip, down - lip * 0.55),
        ((0, dark(inside, 0.4)), (0.6, inside), (1, light(inside, 0.2))),
    )


def paper_label(canvas: Canvas, area: Shape, look: Look, ink: Colour, size: float = 30, ruled: bool = True) -> None:
    """The product's name in one or two lines with a short stroke below, ruled about when asked."""
    left, top, right, bottom = area.box
    centre = (left + right) / 2
    words = _two_lines(look.label)
    size = min(size, (right - left) * 0.86 / max(map(len, words)) / 0.56)
    y = (top + bottom) / 2 - (len(words) - 1) * size * 0.62 + size * 0.1
    for word in words:
        canvas.text((centre, y), word, size, ink, tracking=0.6, anchor="m")
        y += size * 1.24
    canvas.line(line((centre - 46, y - size * 0.55), (centre + 46, y - size * 0.55)), look.accent, 3)
    if ruled:
        canvas.line(rect(left + 10, top + 10, right - left - 20, bottom - top - 20, 4), ink, 2, 0.5, closed=True)


def _two_lines(label: str) -> tuple[str, ...]:
    """The label cut where its halves are nearest in length; short ones stay whole."""
    words = label.split()
    if len(label) <= 14 or len(words) == 1:  # noqa: PLR2004 (letters that fit one line)
        return (label,)
    cuts = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(cuts, key=lambda cut: abs(len(cut[0]) - len(cut[1])))
