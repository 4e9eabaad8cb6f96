"""Jewellery: bangles, bell-shaped earrings, necklaces, anklets."""

import math
from itertools import pairwise

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.forms import metal
from spoeq_demo.drawings.geometry import Point, Shape, arc, ellipse, line, rect, ring, smooth, symmetric
from spoeq_demo.drawings.look import Look


def _stone(canvas: Canvas, x: float, y: float, size: float, tone: Colour) -> None:
    """A polished round stone or pearl with a glint."""
    canvas.fill(ellipse(x, y, size), dark(tone, 0.35))
    canvas.fill(ellipse(x, y, size * 0.86), tone)
    canvas.fill(ellipse(x - size * 0.28, y - size * 0.3, size * 0.3), light(tone, 0.7))


def bangles(canvas: Canvas, look: Look) -> None:
    """A stack of bangles seen a little from above, one leaning in front."""
    tones = (look.main, look.second, look.main, look.accent, look.main, look.second)
    y = 900.0
    canvas.soft(ellipse(640, 1010, 370, 120), SHADE, 0.34, 34)
    for number, tone in enumerate(tones):
        _band(canvas, (600, y), tone, number % 2 == 0, look)
        y -= 54
    _leaning(canvas, look)


def _band(canvas: Canvas, at: Point, tone: Colour, studded: bool, look: Look) -> None:
    """One bangle lying flat: inside wall at the back, outside wall in front."""
    x, y = at
    across, down, wall = 340, 120, 54
    upper, lower = arc(x, y - wall, across, down, 180, 360), arc(x, y, across, down, 180, 360)
    canvas.gradient(_strip(upper.points, lower.points), metal(dark(tone, 0.3)))
    front_top, front_bottom = arc(x, y - wall, across, down, 0, 180), arc(x, y, across, down, 0, 180)
    wall_shape = _strip(front_top.points, front_bottom.points)
    canvas.gradient(wall_shape, metal(tone))
    canvas.line(front_top, light(tone, 0.5), 6)
    canvas.line(front_bottom, dark(tone, 0.4), 5)
    for step in range(1, 20):
        angle = math.radians(step * 9)
        px, py = x - across * math.cos(angle), y - wall / 2 + down * math.sin(angle)
        if studded:
            _stone(canvas, px, py, 13 if step % 2 else 9, look.accent if step % 2 else COTTON)
        else:
            canvas.fill(motifs.DIAMOND.placed(px, py, 34), dark(tone, 0.3))
            canvas.fill(motifs.DIAMOND.placed(px, py, 18), light(tone, 0.45))


def _strip(first: tuple[Point, ...], second: tuple[Point, ...]) -> Shape:
    """The strip between two lines that run the same way."""
    return Shape((*first, *second[::-1]))


def _leaning(canvas: Canvas, look: Look) -> None:
    """A bangle that leans against the stack, seen almost face on."""
    centre = (640, 1000)
    outer, inner = ellipse(*centre, 210), ellipse(*centre, 176)
    canvas.soft(ring(outer, inner).moved(14, 22), SHADE, 0.4, 12)
    canvas.gradient(ring(outer, inner), metal(look.second))
    canvas.line(ellipse(*centre, 208), light(look.second, 0.5), 4, closed=True)
    canvas.line(ellipse(*centre, 177), dark(look.second, 0.4), 5, closed=True)
    for step in range(28):
        angle = math.radians(step * 360 / 28)
        x, y = centre[0] + 193 * math.cos(angle), centre[1] + 193 * math.sin(angle)
        _stone(canvas, x, y, 10 if step % 2 else 7, look.accent if step % 2 else light(look.main, 0.4))


def jhumka(canvas: Canvas, look: Look) -> None:
    """A pair of bell earrings with studs and hanging pearls."""
    for x in (360, 840):
        _earring(canvas, look, x)


def _earring(canvas: Canvas, look: Look, x: float) -> None:
    bell = symmetric(f"M {x} 620 C {x + 90} 630 {x + 190} 760 {x + 200} 900 L {x} 920", x)
    canvas.shadow(ellipse(x, 400, 128), 20)
    canvas.shadow(bell, 20)
    canvas.line(line((x, 520), (x, 640)), dark(look.main, 0.2), 16)
    canvas.gradient(ellipse(x, 400, 130), metal(look.main))
    for step in range(20):
        angle = math.radians(step * 18)
        _stone(canvas, x + 116 * math.cos(angle), 400 + 116 * math.sin(angle), 12, light(look.main, 0.3))
    motifs.flower(canvas, x, 400, 200, (look.second, look.main), 8)
    _stone(canvas, x, 400, 36, look.accent)
    _stone(canvas, x, 560, 22, look.accent)
    canvas.gradient(bell, metal(look.main))
    with canvas.inside(bell) as part:
        for number in range(-4, 5):
            reach = 190 * math.sin(math.radians(number * 20))
            part.fill(motifs.LEAF.placed(x + reach, 880, 150, reach * 0.1), dark(look.main, 0.22))
            part.fill(motifs.LEAF.placed(x + reach, 872, 104, reach * 0.1), look.second)
        part.line(smooth((x - 150, 730), (x, 748), (x + 150, 730)), light(look.main, 0.4), 8)
    edge = smooth((x - 204, 898), (x, 924), (x + 204, 898))
    canvas.line(edge, dark(look.main, 0.15), 30)
    canvas.line(edge.moved(0, -6), light(look.main, 0.5), 6)
    for step in range(9):
        px = x - 192 + step * 48
        py = 928 + 18 * (1 - ((px - x) / 204) ** 2)
        drop = 74 if step % 2 == 0 else 44
        canvas.line(line((px, py), (px, py + drop)), look.main, 4)
        canvas.soft(ellipse(px + 8, py + drop + 22, 14), SHADE, 0.25, 6)
        _stone(
            canvas, px, py + drop + 8, 15 if step % 2 == 0 else 11, (0xF3, 0xEC, 0xDD) if step % 2 == 0 else look.accent
        )


def necklace(canvas: Canvas, look: Look) -> None:
    """A strand of beads laid in a loop, with a pendant of drops."""
    curve = smooth(
        (380, 210), (250, 430), (270, 700), (430, 900), (600, 960), (770, 900), (930, 700), (950, 430), (820, 210)
    )
    inner = smooth(
        (430, 230), (330, 440), (350, 660), (470, 820), (600, 860), (730, 820), (850, 660), (870, 440), (770, 230)
    )
    for strand, size in ((curve, 25), (inner, 17)):
        spots = _spaced(strand.points, size * 1.96)
        for x, y in spots:
            canvas.soft(ellipse(x + 7, y + 12, size * 0.95), SHADE, 0.22, 7)
        for number, (x, y) in enumerate(spots):
            _stone(canvas, x, y, size, look.second if number % 5 == 2 else look.main)  # noqa: PLR2004 (every fifth)
    for x in (600 - 400, 600 + 400):
        side = 1 if x > 600 else -1  # noqa: PLR2004 (the middle)
        cord = smooth((600 + side * 220, 210), (600 + side * 130, 170), (600 + side * 20, 190))
        canvas.line(cord.moved(4, 8), SHADE, 10, 0.2)
        canvas.line(cord, look.accent, 11)
    canvas.fill(rect(574, 172, 52, 36, 12), dark(look.accent, 0.3))
    _pendant(canvas, look)


def _pendant(canvas: Canvas, look: Look) -> None:
    disc = ellipse(600, 1000, 120)
    canvas.shadow(disc, 16)
    canvas.gradient(disc, metal(look.accent))
    for step in range(22):
        angle = math.radians(step * 360 / 22)
        _stone(canvas, 600 + 106 * math.cos(angle), 1000 + 106 * math.sin(angle), 10, light(look.accent, 0.35))
    motifs.flower(canvas, 600, 1000, 180, (look.second, look.accent), 8)
    _stone(canvas, 600, 1000, 34, look.main)
    for dx, drop in ((-80, 40), (-40, 62), (0, 76), (40, 62), (80, 40)):
        y = 1000 + (120**2 - dx**2) ** 0.5
        canvas.line(line((600 + dx, y), (600 + dx, y + drop)), look.accent, 4)
        _stone(canvas, 600 + dx, y + drop + 12, 16, look.main if dx % 80 else look.second)


def _spaced(points: tuple[Point, ...], gap: float) -> list[Point]:
    """Places along a line, one gap apart."""
    spots, due = [points[0]], gap
    for (x0, y0), (x1, y1) in pairwise(points):
        span = math.hypot(x1 - x0, y1 - y0)
        while due <= span:
            share = due / span
            spots.append((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
            due += gap
        due -= span
    return spots


def anklets(canvas: Canvas, look: Look) -> None:
    """Two silver anklets with little bells, one inside the other."""
    for cx, cy, radius in ((520, 620, 300), (720, 820, 260)):
        chain = _spaced(ellipse(cx, cy, radius, radius * 0.92, 160).points, 24)
        canvas.soft(
            ring(ellipse(cx + 10, cy + 18, radius + 14), ellipse(cx + 10, cy + 18, radius - 14)), SHADE, 0.24, 12
        )
        for number, (x, y) in enumerate(chain):
            angle = math.atan2(y - cy, x - cx)
            if number % 3 == 0:
                bx, by = x + 30 * math.cos(angle), y + 30 * math.sin(angle)
                canvas.line(line((x, y), (bx, by)), dark(look.main, 0.3), 5)
                canvas.soft(ellipse(bx + 5, by + 9, 18), SHADE, 0.25, 6)
                _stone(canvas, bx, by, 19, look.main)
                canvas.line(line((bx - 8, by + 9), (bx + 8, by + 9)), dark(look.main, 0.6), 3)
            _stone(canvas, x, y, 14, look.second if number % 6 == 1 else look.main)
