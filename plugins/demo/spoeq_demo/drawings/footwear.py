"""Footwear from above, in pairs: embroidered juttis, leather sandals, house slippers."""

from collections.abc import Callable
from typing import Final, TypeAlias

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import printed, round_off, stitches
from spoeq_demo.drawings.colour import COTTON, SHADE, dark, light
from spoeq_demo.drawings.geometry import Shape, ellipse, line, path, ring, smooth
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print

Placing: TypeAlias = Callable[[Shape], Shape]


def _pair(canvas: Canvas, look: Look, shoe: Callable[[Canvas, Look, Placing], None]) -> None:
    """The left shoe straight, the right one mirrored and turned out a little."""
    shoe(canvas, look, lambda shape: shape.turned(-5, (600, 700)).moved(-206, 0))
    shoe(canvas, look, lambda shape: shape.mirrored().turned(5, (600, 700)).moved(206, 0))


def juttis(canvas: Canvas, look: Look) -> None:
    """Pointed slip-on shoes, the toe embroidered, the tip curled."""
    _pair(canvas, look, _jutti)


SOLE: Final = (
    "M 596 170 C 612 200 640 214 680 270 C 760 390 786 520 760 680 "
    "C 744 790 746 900 752 1000 C 756 1130 690 1190 604 1190 "
    "C 516 1190 454 1130 458 1010 C 462 900 458 800 442 690 C 420 530 446 390 520 280 C 552 230 584 206 596 170 Z"
)


def _jutti(canvas: Canvas, look: Look, put: Placing) -> None:
    sole = put(path(SOLE))
    opening = put(path("M 602 560 C 690 560 706 660 700 780 C 694 900 712 960 704 1050 C 696 1120 650 1146 604 1146 "
                       "C 556 1146 508 1116 504 1046 "
                           "C 500 960 512 900 506 780 C 500 660 516 560 602 560 Z"))  # fmt: skip
    canvas.shadow(sole, 26)
    canvas.fill(sole, look.main)
    with canvas.inside(sole) as part:
        toe = put(path("M 596 170 L 800 400 L 800 640 Q 600 520 400 640 L 400 400 Z"))
        with part.inside(toe) as front:
            PATTERNS[look.style](front, toe.box, Print(look.main, look.second, look.accent, look.dice, 0.62))
        middle = Shape(((602, 440), (602, 330))).points
        for (x, y), size in zip(middle, (150, 96), strict=True):
            at = put(Shape(((x, y),))).points[0]
            motifs.flower(part, *at, size, (look.accent, look.second), 8)
    round_off(canvas, sole, 0.3)
    canvas.line(sole, look.second, 9, closed=True)
    lining = light(look.second, 0.25)
    canvas.fill(opening, dark(lining, 0.42))
    bed = opening.scaled(0.93, about=_middle(opening))
    canvas.fill(bed, lining)
    with canvas.inside(opening) as part:
        part.soft(Shape((*opening.points, opening.points[0])).moved(10, 14), SHADE, 0.45, 14, 22)
        stitches(part, bed.scaled(0.88, about=_middle(opening)), dark(lining, 0.3), 9)
        at = put(Shape(((602, 1020),))).points[0]
        motifs.lotus(part, at[0], at[1], 66, (look.main, look.accent))
    canvas.line(opening, look.accent, 10, closed=True)
    tip = put(Shape(((597, 176),))).points[0]
    canvas.fill(ellipse(*tip, 20), look.accent)
    canvas.fill(ellipse(tip[0] - 5, tip[1] - 6, 7), light(look.accent, 0.6))


def _middle(shape: Shape) -> tuple[float, float]:
    left, top, right, bottom = shape.box
    return (left + right) / 2, (top + bottom) / 2


FOOT: Final = (
    "M 600 190 C 700 190 768 270 766 400 C 764 540 712 620 716 760 "
    "C 720 860 744 930 740 1030 C 736 1140 680 1190 604 1190 "
    "C 524 1190 470 1136 470 1030 C 470 920 486 840 474 740 C 458 620 430 540 436 410 C 442 270 506 190 600 190 Z"
)


def sandals(canvas: Canvas, look: Look) -> None:
    """Flat leather sandals: a broad plaited strap, a toe ring, punched edges."""
    _pair(canvas, look, _sandal)


def _sandal(canvas: Canvas, look: Look, put: Placing) -> None:
    sole = put(path(FOOT))
    canvas.shadow(sole, 24)
    canvas.fill(sole, dark(look.main, 0.4))
    top = sole.scaled(0.965, about=_middle(sole))
    canvas.fill(top, light(look.main, 0.16))
    with canvas.inside(top) as part:
        part.soft(put(ellipse(604, 1030, 90, 100)), SHADE, 0.22, 30)
        part.soft(put(ellipse(600, 400, 110, 130)), SHADE, 0.2, 36)
        for radius in (40, 26):
            part.line(put(ellipse(604, 1040, radius)), dark(look.main, 0.25), 3, closed=True)
    stitches(canvas, Shape((*top.scaled(0.93, about=_middle(sole)).points,)), look.second, 12, 4)
    strap = put(path("M 416 560 C 470 470 540 440 604 440 "
        "C 668 440 740 470 786 560 L 752 700 C 706 620 660 590 604 590 "
                     "C 546 590 494 620 446 700 Z"))  # fmt: skip
    with canvas.inside(sole.scaled(1.05, about=_middle(sole))) as part:
        _strap(part, look, strap)
    post = put(smooth((604, 520), (596, 400), (580, 330)))
    canvas.line(post.moved(6, 12), SHADE, 26, 0.3)
    canvas.line(post, dark(look.main, 0.12), 30)
    canvas.line(post, look.second, 5)
    loop = put(ellipse(556, 318, 50, 40))
    canvas.soft(loop.moved(6, 14), SHADE, 0.3, 8, 20)
    canvas.line(loop, look.main, 26, closed=True)
    canvas.line(loop.moved(-2, -4), light(look.main, 0.35), 5, closed=True)
    knot = put(ellipse(604, 512, 36, 30))
    canvas.soft(knot.moved(4, 8), SHADE, 0.4, 6)
    canvas.fill(knot, look.accent)
    canvas.line(knot, dark(look.accent, 0.4), 3, closed=True)


def _strap(canvas: Canvas, look: Look, strap: Shape) -> None:
    """The broad strap over the instep, wrapped round the sole."""
    canvas.soft(strap.moved(10, 20), SHADE, 0.45, 14)
    canvas.fill(strap, look.main)
    with canvas.inside(strap) as part:
        PATTERNS[look.style](part, strap.box, Print(look.main, look.second, look.accent, look.dice, 0.6))
        part.soft(Shape((*strap.points, strap.points[0])).moved(6, 8), SHADE, 0.3, 10, 14)
    canvas.line(strap, look.second, 6, closed=True)


def slippers(canvas: Canvas, look: Look) -> None:
    """House slippers of felt or quilted cloth with a closed toe."""
    _pair(canvas, look, _slipper)


def _slipper(canvas: Canvas, look: Look, put: Placing) -> None:
    sole = put(path(FOOT))
    canvas.shadow(sole, 24)
    canvas.fill(sole, dark(look.second, 0.3))
    bed = sole.scaled(0.95, about=_middle(sole))
    canvas.fill(bed, look.second)
    with canvas.inside(bed) as part:
        for step in range(-14, 15):
            part.line(put(line((300, 600 + step * 52), (900, 820 + step * 52))), dark(look.second, 0.16), 3)
            part.line(put(line((300, 820 + step * 52), (900, 600 + step * 52))), dark(look.second, 0.16), 3)
        part.soft(put(ellipse(604, 1040, 90, 100)), SHADE, 0.18, 34)
    upper = put(path("M 600 184 C 706 184 776 270 774 404 C 772 520 726 600 726 700 "
        "Q 600 560 468 690 C 470 600 426 520 428 410 "
                     "C 434 270 500 184 600 184 Z"))  # fmt: skip
    canvas.soft(upper.moved(6, 26), SHADE, 0.5, 16)
    printed(canvas, upper, look, 0.8)
    round_off(canvas, upper, 0.3)
    with canvas.inside(upper) as part:
        part.soft(put(ellipse(560, 330, 60, 80)), COTTON, 0.35, 40)
        part.soft(ring(put(ellipse(600, 300, 190, 150)), put(ellipse(600, 330, 180, 150))), COTTON, 0.2, 10)
    cuff = put(smooth((468, 690), (530, 636), (600, 622), (672, 638), (726, 700)))
    canvas.line(cuff, look.accent, 26)
    canvas.line(cuff.moved(-2, -6), light(look.accent, 0.35), 6)
