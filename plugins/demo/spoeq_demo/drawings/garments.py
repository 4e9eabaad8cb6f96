"""Clothes, laid flat: kurtas, shirts, jackets, trousers, skirts."""

from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import border, folds, printed, round_off, stitches
from spoeq_demo.drawings.colour import COTTON, NIGHT, dark, light, mix
from spoeq_demo.drawings.geometry import Shape, ellipse, line, path, rect, smooth, symmetric
from spoeq_demo.drawings.look import Look


def _sleeves(canvas: Canvas, look: Look, outline: Shape, crease: Shape) -> None:
    """Two sleeves, mirrored, each with its own shadow and fold."""
    for sleeve, fold in ((outline, crease), (outline.mirrored(), crease.mirrored())):
        canvas.shadow(sleeve)
        printed(canvas, sleeve, look)
        folds(canvas, sleeve, [fold], 0.22, 14)
        round_off(canvas, sleeve)


def _neck_back(canvas: Canvas, look: Look, shape: Shape) -> None:
    """The inside of the back, seen through the neckline, with a woven label."""
    canvas.fill(shape, dark(look.main, 0.42))
    canvas.fill(rect(572, shape.box[1] + 16, 56, 30, 3), light(look.main, 0.75))
    canvas.line(line((582, shape.box[1] + 31), (618, shape.box[1] + 31)), dark(look.main, 0.2), 3)


def kurta(canvas: Canvas, look: Look) -> None:
    """A straight kurta with three-quarter sleeves, printed hem and cuffs."""
    sleeve = path("M 742 214 C 838 268 930 480 968 648 L 862 690 C 838 610 800 520 770 470 Z")
    crease = smooth((800, 330), (852, 470), (890, 600))
    body = symmetric(
        "M 600 330 C 650 318 676 270 684 196 L 764 222 C 800 250 806 330 798 430 C 790 540 778 620 790 720 "
        "C 806 880 836 1080 850 1256 Q 720 1284 600 1284"
    )
    _neck_back(canvas, look, path("M 516 196 Q 600 168 684 196 L 684 330 L 516 330 Z"))
    _sleeves(canvas, look, sleeve, crease)
    for side in (sleeve, sleeve.mirrored()):
        with canvas.inside(side) as part:
            axis = -22 if side is sleeve else 22
            centre = (915, 670) if side is sleeve else (285, 670)
            band = rect(centre[0] - 120, centre[1] - 44, 240, 60).turned(axis, centre)
            part.fill(band, look.second)
            part.line(rect(centre[0] - 120, centre[1] - 36, 240, 1).turned(axis, centre), look.accent, 7)
    canvas.shadow(body)
    printed(canvas, body, look)
    with canvas.inside(body) as part:
        border(part, (330, 1168, 870, 1250), (look.second, look.accent), "flower")
        part.fill(rect(330, 1250, 540, 60), look.second)
        for turn in (1, -1):
            slit = line((600 + turn * 204, 930), (600 + turn * 232, 1290))
            part.soft(slit.moved(-turn * 10, 0), NIGHT, 0.3, 8, 10)
            part.line(slit.moved(-turn * 14, 0), dark(look.main, 0.3), 3)
    folds(
        canvas,
        body,
        [
            smooth((700, 560), (716, 860), (740, 1280)),
            smooth((520, 640), (500, 900), (480, 1280)),
            smooth((612, 820), (618, 1000), (612, 1280)),
            smooth((676, 548), (720, 520), (760, 470)),
            smooth((524, 548), (476, 520), (440, 470)),
        ],
        0.17,
    )
    round_off(canvas, body)
    _placket(canvas, look)


def _placket(canvas: Canvas, look: Look) -> None:
    """The trimmed neckline and the short buttoned placket of a kurta."""
    neck = symmetric("M 600 354 C 672 340 704 280 708 204 L 684 196 C 676 270 650 318 600 330")
    placket = rect(574, 334, 52, 262, 6)
    canvas.soft(placket.moved(6, 8), NIGHT, 0.3, 7)
    canvas.fill(placket, look.second)
    canvas.fill(neck, look.second)
    canvas.line(path("M 708 204 C 704 280 672 340 600 354"), look.accent, 4)
    canvas.line(path("M 492 204 C 496 280 528 340 600 354"), look.accent, 4)
    stitches(canvas, line((582, 352), (582, 588), (618, 588), (618, 352)), look.accent, 9)
    for y in (390, 450, 510, 566):
        canvas.soft(ellipse(602, y + 4, 12), NIGHT, 0.4, 4)
        canvas.fill(ellipse(600, y, 11), light(look.accent, 0.25))
        canvas.fill(ellipse(598, y - 2, 5), light(look.accent, 0.6))


def kurta_men(canvas: Canvas, look: Look) -> None:
    """A man's kurta with a band collar and long sleeves."""
    sleeve = path("M 752 232 C 858 290 946 560 980 884 L 872 902 C 850 740 818 600 776 500 Z")
    body = symmetric(
        "M 600 256 C 644 252 676 234 690 204 L 770 232 C 804 270 812 340 804 450 C 798 640 812 900 834 1226 "
        "Q 720 1250 600 1250"
    )
    _sleeves(canvas, look, sleeve, smooth((820, 360), (884, 600), (920, 860)))
    for cuff in (path("M 866 852 L 976 834 L 980 884 L 872 902 Z"), path("M 334 852 L 224 834 L 220 884 L 328 902 Z")):
        canvas.line(cuff, dark(look.main, 0.25), 3, 0.7)
    canvas.shadow(body)
    printed(canvas, body, look)
    folds(
        canvas,
        body,
        [
            smooth((690, 640), (706, 900), (730, 1240)),
            smooth((500, 600), (486, 900), (470, 1240)),
            smooth((690, 590), (730, 560), (772, 500)),
            smooth((510, 590), (470, 560), (428, 500)),
        ],
        0.18,
    )
    round_off(canvas, body)
    _chest(canvas, look)


def _chest(canvas: Canvas, look: Look) -> None:
    """Band collar, long placket and welt pocket of a man's kurta."""
    canvas.fill(symmetric("M 600 172 Q 650 172 682 188 C 668 220 640 240 600 240"), dark(look.main, 0.4))
    placket = rect(570, 240, 60, 400, 4)
    canvas.soft(placket.moved(6, 6), NIGHT, 0.28, 7)
    canvas.fill(placket, mix(look.main, look.second, 0.3))
    for side in (1, -1):
        collar = path("M 602 270 C 648 266 684 246 696 210 L 684 184 C 670 216 640 234 602 238 Z")
        piece = collar if side > 0 else collar.mirrored()
        canvas.soft(piece.moved(3, 8), NIGHT, 0.3, 6)
        canvas.fill(piece, mix(look.main, look.second, 0.3))
        canvas.line(piece, look.accent, 2.6, closed=True)
    stitches(canvas, line((578, 262), (578, 632), (622, 632), (622, 262)), look.accent, 9)
    for y in (300, 380, 460, 540):
        canvas.fill(ellipse(600, y, 9), look.accent)
        canvas.fill(ellipse(598, y - 2, 4), light(look.accent, 0.5))
    canvas.line(line((676, 456), (764, 448)), dark(look.main, 0.35), 4)
    canvas.soft(line((676, 462), (764, 454)), NIGHT, 0.3, 5, 5)


def shirt(canvas: Canvas, look: Look) -> None:
    """A short-sleeved shirt with an open collar and a chest pocket."""
    sleeve = path("M 770 270 C 856 312 944 452 992 578 L 852 654 C 838 600 812 540 790 500 Z")
    body = symmetric(
        "M 600 330 L 690 226 L 790 276 C 818 330 824 400 820 500 C 816 700 818 900 826 1110 Q 720 1136 600 1136"
    )
    canvas.fill(path("M 510 226 Q 600 196 690 226 L 640 330 L 560 330 Z"), dark(look.main, 0.45))
    _sleeves(canvas, look, sleeve, smooth((830, 380), (884, 480), (912, 590)))
    for side in (1, -1):
        hem = line((850, 628), (976, 560))
        stitches(canvas, hem if side > 0 else hem.mirrored(), light(look.main, 0.35), 9)
    canvas.shadow(body)
    printed(canvas, body, look)
    folds(
        canvas,
        body,
        [
            smooth((730, 640), (744, 860), (736, 1130)),
            smooth((480, 600), (466, 840), (470, 1130)),
            smooth((706, 600), (752, 580), (806, 520)),
            smooth((494, 600), (448, 580), (394, 520)),
        ],
        0.18,
    )
    round_off(canvas, body)
    _shirt_front(canvas, look)


def _shirt_front(canvas: Canvas, look: Look) -> None:
    """Button stand, pocket and open collar."""
    canvas.line(line((628, 350), (628, 1130)), NIGHT, 3, 0.22)
    canvas.line(line((576, 350), (576, 1130)), NIGHT, 2, 0.12)
    for y in range(440, 1100, 130):
        canvas.soft(ellipse(604, y + 4, 11), NIGHT, 0.35, 4)
        canvas.fill(ellipse(602, y, 11), light(look.accent, 0.5))
        for dx in (-3, 3):
            canvas.fill(ellipse(602 + dx, y, 2), dark(look.accent, 0.4))
    pocket = path("M 668 520 L 776 520 L 776 626 L 722 654 L 668 626 Z")
    canvas.soft(pocket.moved(4, 7), NIGHT, 0.25, 6)
    printed(canvas, pocket, look)
    canvas.line(pocket, dark(look.main, 0.3), 2.4, closed=True)
    stitches(canvas, line((672, 540), (772, 540)), light(look.main, 0.4), 8)
    lapel = path("M 690 222 L 602 352 L 664 452 L 766 330 Z")
    for piece in (lapel, lapel.mirrored()):
        canvas.soft(piece.moved(5, 10), NIGHT, 0.34, 9)
        printed(canvas, piece, look)
        canvas.line(piece, dark(look.main, 0.3), 2.4, closed=True)
        round_off(canvas, piece, 0.14, 20)


def jacket(canvas: Canvas, look: Look) -> None:
    """A sleeveless band-collar jacket (bandi) with five buttons and three pockets."""
    body = symmetric(
        "M 600 264 C 648 260 684 240 698 212 L 800 262 C 786 360 800 450 856 540 C 862 760 866 960 876 1150 "
        "Q 840 1180 620 1180 L 600 1160"
    )
    canvas.fill(symmetric("M 600 178 Q 656 178 692 194 C 676 228 644 252 600 252"), dark(look.second, 0.35))
    canvas.shadow(body)
    printed(canvas, body, look)
    folds(
        canvas,
        body,
        [
            smooth((752, 640), (770, 880), (764, 1180)),
            smooth((446, 640), (440, 880), (450, 1180)),
            smooth((716, 626), (770, 610), (830, 560)),
            smooth((484, 626), (430, 610), (370, 560)),
        ],
        0.17,
    )
    round_off(canvas, body)
    for armhole in (path("M 800 262 C 786 360 800 450 856 540"), path("M 400 262 C 414 360 400 450 344 540")):
        canvas.line(armhole, dark(look.main, 0.3), 4)
        stitches(canvas, armhole.moved(-16 if armhole.box[0] > 600 else 16, 4), light(look.main, 0.4), 8)  # noqa: PLR2004
    canvas.soft(line((624, 262), (624, 1176)), NIGHT, 0.34, 6, 6)
    canvas.line(line((620, 262), (620, 1178)), dark(look.main, 0.35), 3)
    _jacket_trim(canvas, look)


def _jacket_trim(canvas: Canvas, look: Look) -> None:
    """Collar, buttons and pockets of the jacket."""
    for side in (1, -1):
        collar = path("M 603 280 C 652 276 690 254 704 218 L 692 190 C 676 222 644 242 603 246 Z")
        piece = collar if side > 0 else collar.mirrored()
        canvas.soft(piece.moved(3, 8), NIGHT, 0.3, 6)
        canvas.fill(piece, dark(look.main, 0.14))
        canvas.line(piece, light(look.main, 0.22), 2.2, closed=True)
    for y in range(350, 1130, 150):
        canvas.soft(ellipse(604, y + 6, 15), NIGHT, 0.45, 6)
        canvas.fill(ellipse(600, y, 15), look.accent)
        canvas.line(ellipse(600, y, 9), dark(look.accent, 0.35), 2, closed=True)
        canvas.fill(ellipse(596, y - 5, 4), light(look.accent, 0.7))
    for welt in (rect(692, 470, 108, 22, 3), rect(690, 880, 140, 26, 3), rect(370, 880, 140, 26, 3)):
        canvas.soft(welt.moved(2, 8), NIGHT, 0.32, 6)
        canvas.fill(welt, dark(look.main, 0.12))
        canvas.line(welt, light(look.main, 0.2), 2, closed=True)
    square = path("M 708 470 L 724 420 L 744 446 L 762 410 L 784 470 Z")
    canvas.fill(square, look.second)
    canvas.line(path("M 724 420 L 738 470 M 762 410 L 756 470").moved(0, 0), dark(look.second, 0.2), 2)


def trousers(canvas: Canvas, look: Look) -> None:
    """Drawstring trousers, wide in the leg."""
    leg = path("M 600 250 L 806 250 C 830 520 856 900 872 1240 Q 770 1262 660 1250 C 652 980 634 760 602 560 Z")
    for piece in (leg, leg.mirrored()):
        canvas.shadow(piece)
        printed(canvas, piece, look)
        right = piece is leg
        tracks = [smooth((740, 420), (752, 800), (768, 1250)), smooth((690, 560), (700, 860), (708, 1250))]
        folds(canvas, piece, tracks if right else [t.mirrored() for t in tracks], 0.18)
        round_off(canvas, piece)
        with canvas.inside(piece) as part:
            part.fill(rect(300, 1196, 600, 80), look.second, 0.9)
            part.line(line((300, 1192), (900, 1192)), look.accent, 6)
    canvas.soft(line((600, 300), (604, 580)), NIGHT, 0.4, 8, 8)
    band = path("M 388 214 Q 600 200 812 214 L 810 274 Q 600 286 390 274 Z")
    canvas.shadow(band, 8)
    printed(canvas, band, look)
    for x in range(408, 800, 22):
        canvas.line(line((x, 216), (x + 4, 272)), NIGHT, 3, 0.2)
    for side in (1, -1):
        cord = smooth((600, 250), (600 + side * 22, 330), (600 + side * 14, 420))
        canvas.soft(cord.moved(5, 7), NIGHT, 0.3, 5, 8)
        canvas.line(cord, COTTON, 9)
        canvas.line(line(cord.points[-1], (600 + side * 14, 448)), look.accent, 14)
    canvas.fill(ellipse(600, 250, 15), COTTON)


def skirt(canvas: Canvas, look: Look) -> None:
    """A flared tiered skirt with a bordered hem."""
    body = symmetric("M 600 250 L 742 244 C 790 520 900 900 1000 1190 C 900 1236 760 1252 600 1252")
    canvas.shadow(body)
    printed(canvas, body, look)
    with canvas.inside(body) as part:
        hem = smooth((170, 1130), (400, 1186), (600, 1196), (800, 1186), (1030, 1130))
        part.line(hem.moved(0, 26), look.second, 108)
        part.line(hem.moved(0, -32), look.accent, 9)
        part.line(hem.moved(0, 44), look.accent, 7)
    pleats = [smooth((600 + x * 0.34, 280), (600 + x * 0.66, 700), (600 + x, 1250)) for x in range(-330, 340, 110)]
    folds(canvas, body, pleats, 0.2, 22)
    round_off(canvas, body)
    band = path("M 452 206 Q 600 194 748 206 L 746 262 Q 600 274 454 262 Z")
    canvas.shadow(band, 8)
    canvas.fill(band, look.second)
    canvas.line(path("M 454 252 Q 600 264 746 252"), look.accent, 5)
    canvas.line(path("M 453 218 Q 600 206 747 218"), look.accent, 5)
