"""Things made by hand for the house: lamps, vases, wooden toys, baskets, inlaid boxes."""

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.forms import glaze, glint, metal, rim, standing
from spoeq_demo.drawings.geometry import Shape, arc, ellipse, line, path, rect, smooth, symmetric
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print

FLAME: Colour = (0xF2, 0xA0, 0x2C)


def lamp(canvas: Canvas, look: Look) -> None:
    """A standing brass oil lamp with five wicks and a bird on top."""
    standing(canvas, 600, 1220, 260)
    stem = symmetric(
        "M 600 330 L 612 330 C 616 380 640 392 640 420 "
        "C 640 450 612 456 612 480 L 616 520 L 640 540 L 616 560 L 622 700 "
        "C 660 712 664 760 626 776 L 632 900 C 690 918 690 980 634 996 L 640 1060 L 600 1060"
    )
    canvas.gradient(stem, metal(look.main))
    foot = symmetric("M 600 1040 L 660 1040 C 680 1110 800 1130 836 1170 L 846 1206 Q 840 1226 600 1230")
    canvas.gradient(foot, metal(look.main))
    with canvas.inside(foot) as part:
        for y in (1150, 1172, 1204):
            part.line(smooth((340, y), (600, y + 16), (860, y)), dark(look.main, 0.4), 4, 0.6)
    dish = symmetric("M 600 520 L 830 500 C 820 600 720 640 600 640")
    canvas.gradient(dish, metal(look.main))
    with canvas.inside(dish) as part:
        for number in range(-8, 9):
            motifs.lotus(part, 600 + number * 44, 610, 50, (dark(look.main, 0.35), light(look.main, 0.4)))
    rim(canvas, (600, 506, 234, 44), look.main, dark(look.main, 0.2), 10)
    for x, y in ((392, 508), (480, 540), (600, 550), (720, 540), (808, 508)):
        _flame(canvas, x, y, 1.0)
    _bird(canvas, look)


def _flame(canvas: Canvas, x: float, y: float, size: float) -> None:
    canvas.soft(ellipse(x, y - 36 * size, 54 * size, 66 * size), FLAME, 0.3, 28 * size)
    tongue = symmetric("M 0 -92 C 12 -60 30 -40 24 -16 C 20 0 8 4 0 4", 0).placed(x, y, size)
    canvas.fill(tongue, FLAME)
    inner = symmetric("M 0 -60 C 8 -40 16 -28 12 -12 C 10 -2 4 0 0 0", 0).placed(x, y, size)
    canvas.fill(inner, (0xFF, 0xE6, 0xA0))


def _bird(canvas: Canvas, look: Look) -> None:
    """A swan-like finial."""
    body = path(
        "M 520 300 C 540 350 640 356 668 300 C 690 262 676 236 690 206 C 700 184 732 186 736 210 L 764 218 L 732 228 "
        "C 716 224 716 250 720 280 C 724 330 680 380 600 380 C 540 380 500 340 480 270 C 500 290 510 290 520 300 Z"
    ).moved(-16, -26)
    canvas.gradient(body, metal(look.main))
    canvas.line(smooth((540, 300), (590, 322), (640, 286)), dark(look.main, 0.4), 4, 0.7)
    canvas.line(smooth((536, 316), (590, 340), (650, 300)), dark(look.main, 0.4), 4, 0.5)
    canvas.fill(ellipse(702, 190, 5), dark(look.main, 0.6))


def diyas(canvas: Canvas, look: Look) -> None:
    """Five small clay lamps, painted, set out in two rows."""
    for x, y, size in ((330, 560, 0.8), (600, 520, 0.84), (870, 560, 0.8), (440, 860, 1.1), (770, 860, 1.1)):
        tone = look.main if (round(x) % 20) else look.second
        standing(canvas, x, y + 118 * size, 110 * size)
        bowl = symmetric("M 0 0 L 150 -10 C 150 70 90 120 0 122", 0).placed(x, y, size)
        canvas.gradient(bowl, glaze(tone))
        with canvas.inside(bowl) as part:
            for number in range(-4, 5):
                spot = motifs.PETAL.placed(x + number * 36 * size, y + 82 * size, 62 * size)
                part.fill(spot, look.accent)
                motifs.dot(part, x + number * 36 * size, y + 96 * size, 12 * size, light(look.accent, 0.7))
        rim(canvas, (x, y - 4 * size, 150 * size, 40 * size), tone, (0x8A, 0x62, 0x22), 14 * size)
        _flame(canvas, x + 96 * size, y + 4 * size, 1.05 * size)


def vase(canvas: Canvas, look: Look) -> None:
    """A round-bellied vase with painted flowers between bands."""
    standing(canvas, 600, 1210, 200)
    body = symmetric(
        "M 600 300 L 716 300 C 716 330 664 350 664 420 C 664 500 890 560 890 810 "
        "C 890 1020 770 1110 740 1170 L 746 1206 L 600 1214"
    )
    canvas.gradient(body, glaze(look.main))
    with canvas.inside(body) as part:
        cloth = Print(look.main, look.second, look.accent, look.dice, 1.5)
        with part.inside(rect(300, 600, 600, 400)) as belly:
            PATTERNS[look.style](belly, (300, 590, 900, 1000), cloth)
        for y, width, ink in ((476, 16, look.second), (580, 26, look.second), (604, 8, look.accent)):
            part.line(smooth((300, y - 10), (600, y + 10), (900, y - 10)), ink, width)
        for y, width, ink in ((1004, 8, look.accent), (1030, 26, look.second), (1160, 14, look.second)):
            part.line(smooth((300, y - 12), (600, y + 12), (900, y - 12)), ink, width)
        for x in range(560, 650, 28):
            part.fill(motifs.LEAF.placed(x, 450, 70, 0), look.second)
        part.soft(smooth((700, 460), (860, 640), (880, 840), (760, 1120)), SHADE, 0.42, 50, 90)
        part.soft(smooth((430, 660), (390, 800), (420, 930)), COTTON, 0.6, 22, 34)
        part.soft(smooth((566, 330), (556, 400), (568, 470)), COTTON, 0.5, 12, 14)
    rim(canvas, (600, 300, 118, 26), look.second, dark(look.main, 0.3), 12)


def toy(canvas: Canvas, look: Look) -> None:
    """A lacquered wooden horse on wheels, as turned in toy-makers' towns."""
    standing(canvas, 600, 1176, 330)
    board = rect(290, 1040, 620, 46, 20)
    for x in (390, 810):
        _wheel(canvas, look, x)
    canvas.gradient(board, glaze(look.second), down=True)
    for x in (430, 520, 690, 780):
        leg = path(f"M {x - 26} 800 L {x + 30} 800 L {x + 20} 1046 L {x - 18} 1046 Z")
        canvas.gradient(leg, glaze(dark(look.main, 0.08) if x in (520, 690) else look.main))
    body = path(
        "M 350 730 C 340 620 430 600 540 620 C 610 632 650 600 672 540 "
        "C 690 470 720 400 790 372 C 810 350 812 330 826 316 "
        "L 846 372 C 890 400 930 450 938 492 C 930 520 896 524 868 508 "
        "C 842 500 826 520 820 560 C 812 660 850 720 830 800 "
        "C 800 860 640 850 560 846 C 450 850 360 850 350 730 Z"
    )
    canvas.gradient(body, glaze(look.main))
    with canvas.inside(body) as part:
        part.soft(smooth((360, 830), (600, 850), (840, 820)), SHADE, 0.4, 34, 50)
        part.soft(smooth((400, 650), (540, 650), (660, 620)), COTTON, 0.45, 16, 20)
        part.soft(smooth((700, 520), (740, 440), (800, 400)), COTTON, 0.4, 12, 14)
    _tack(canvas, look)


def _wheel(canvas: Canvas, look: Look, x: float) -> None:
    canvas.soft(ellipse(x + 10, 1124, 74), SHADE, 0.3, 10)
    for radius, tone in ((76, look.accent), (56, look.second), (38, look.main), (14, light(look.second, 0.6))):
        canvas.gradient(ellipse(x, 1110, radius), glaze(tone), down=True)


def _tack(canvas: Canvas, look: Look) -> None:
    """Mane, tail, saddle and bridle of the toy horse."""
    for share in range(9):
        x, y = 800 - share * 17, 372 + share * 24
        canvas.fill(motifs.LEAF.placed(x + 14, y + 10, 78, -64 - share * 3), dark(look.accent, 0.1 if share % 2 else 0))
    tail = path("M 360 680 C 280 690 250 780 272 900 C 300 860 330 820 372 780 Z")
    canvas.gradient(tail, glaze(look.accent))
    saddle = path("M 480 612 C 540 640 600 634 652 590 L 664 750 C 610 776 530 776 474 752 Z")
    canvas.soft(saddle.moved(4, 8), SHADE, 0.35, 9)
    canvas.fill(saddle, look.second)
    with canvas.inside(saddle) as part:
        for y in (736, 716):
            part.line(smooth((470, y), (570, y + 22), (670, y - 6)), look.accent, 7)
        for x, y in ((530, 682), (570, 690), (612, 678)):
            motifs.flower(part, x, y, 44, (look.accent, look.main), 6)
    canvas.line(smooth((838, 400), (850, 450), (842, 506)), look.second, 10)
    canvas.line(smooth((846, 452), (892, 470), (934, 486)), look.second, 9)
    canvas.line(smooth((842, 506), (760, 600), (660, 640)), look.second, 9)
    canvas.fill(ellipse(864, 424, 13), COTTON)
    canvas.fill(ellipse(866, 424, 8), (0x22, 0x1A, 0x18))


def basket(canvas: Canvas, look: Look) -> None:
    """A woven basket with coloured bands and two handles."""
    standing(canvas, 600, 1180, 280)
    for side in (1, -1):
        loop = arc(600 + side * 372, 640, 64, 96, -100, 100) if side > 0 else arc(600 - 372, 640, 64, 96, 80, 280)
        canvas.line(loop.moved(5, 10), SHADE, 30, 0.2)
        canvas.line(loop, dark(look.main, 0.12), 32)
        canvas.line(loop.moved(-2, -4), light(look.main, 0.3), 8)
    body = symmetric("M 600 520 L 960 520 C 976 760 920 1060 850 1150 Q 820 1190 600 1194")
    canvas.fill(body, look.main)
    with canvas.inside(body) as part:
        _weave(part, look)
        part.gradient(body, glaze(look.main), opacity=0.34)
        part.soft(line((950, 540), (850, 1180)), SHADE, 0.45, 50, 90)
        part.soft(line((330, 560), (400, 1100)), COTTON, 0.3, 30, 40)
    rim(canvas, (600, 520, 362, 92), look.main, dark(look.main, 0.4), 30)
    for number in range(60):
        knot = arc(600, 520, 348, 82, number * 6, number * 6 + 3, 4)
        canvas.line(knot, dark(look.main, 0.3), 8, 0.5)


def _weave(canvas: Canvas, look: Look) -> None:
    """Rows of coils with slanting stitches; some rows dyed."""
    dyed = {4: look.second, 5: look.accent, 6: look.second, 12: look.accent, 13: look.second, 14: look.accent}
    for row in range(22):
        y = 560 + row * 31
        tone = dyed.get(row, light(look.main, 0.1) if row % 2 else look.main)
        canvas.line(smooth((220, y - 44), (600, y + 50), (980, y - 44)), tone, 29)
        canvas.line(smooth((220, y - 58), (600, y + 36), (980, y - 58)), dark(tone, 0.35), 3, 0.6)
        for column in range(-24, 25):
            x = 600 + column * 16 + (8 if row % 2 else 0)
            sag = 50 - 94 * ((x - 600) / 380) ** 2
            slant = line((x, y + sag - 13), (x + 7, y + sag + 12))
            canvas.line(slant, dark(tone, 0.28), 3, 0.65)


def box(canvas: Canvas, look: Look) -> None:
    """A carved or inlaid wooden box, lid a little open to its lining."""
    shade = path("M 236 1080 L 850 1130 L 1010 1000 L 1060 1060 L 880 1190 L 260 1130 Z")
    canvas.soft(shade, SHADE, 0.3, 26)
    front = path("M 220 720 L 830 760 L 830 1130 L 232 1072 Z")
    side = path("M 830 760 L 1000 650 L 992 1000 L 830 1130 Z")
    canvas.gradient(front, ((0, light(look.main, 0.14)), (1, look.main)))
    canvas.fill(side, dark(look.main, 0.32))
    with canvas.inside(front) as part:
        panel = Shape(((256, 770), (796, 804), (796, 1078), (266, 1028)))
        with part.inside(panel) as inlay:
            PATTERNS[look.style](inlay, panel.box, Print(look.main, look.second, look.accent, look.dice, 1.1))
        for inset in (0, 26):
            frame = Shape(
                (
                    (236 + inset, 742 + inset),
                    (816 - inset, 778 + inset),
                    (816 - inset, 1106 - inset),
                    (246 + inset, 1052 - inset),
                )
            )
            part.line(frame, look.second if inset else dark(look.main, 0.3), 7 if inset else 22, closed=True)
    inner = path("M 220 720 L 410 610 L 1000 650 L 830 760 Z")
    canvas.fill(inner, dark(look.accent, 0.25))
    with canvas.inside(inner) as part:
        part.soft(line((220, 720), (830, 760)), SHADE, 0.5, 26, 30)
    canvas.line(inner, dark(look.main, 0.25), 12, closed=True)
    _open_lid(canvas, look)
    clasp = rect(500, 728, 62, 84, 10)
    canvas.shadow(clasp, 6)
    canvas.gradient(clasp, metal((0xC9, 0x9A, 0x45)))
    canvas.fill(ellipse(531, 784, 9), dark(look.main, 0.5))
    glint(canvas, line((232, 712), (820, 750)), 5, 0.5)


def _open_lid(canvas: Canvas, look: Look) -> None:
    """The box's lid, leaning back, its lining to the front."""
    lid = path("M 404 602 L 1002 642 L 968 300 L 380 270 Z")
    canvas.shadow(lid, 10)
    canvas.fill(lid, dark(look.main, 0.12))
    lining = path("M 436 574 L 966 610 L 938 334 L 412 306 Z")
    canvas.fill(lining, look.accent)
    with canvas.inside(lining) as part:
        part.soft(line((436, 574), (966, 610)), SHADE, 0.35, 30, 40)
        motifs.lotus(part, 690, 500, 150, (light(look.accent, 0.35), light(look.accent, 0.15)))
    canvas.line(lid, light(look.main, 0.22), 4, closed=True)
