"""Food and drink as it is sold: tea tins, jars of spice and pickle, stand-up pouches, cartons."""

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import border
from spoeq_demo.drawings.colour import COTTON, INK, SHADE, Colour, dark, light, readable_on
from spoeq_demo.drawings.forms import glaze, glint, metal, paper_label, standing
from spoeq_demo.drawings.geometry import Shape, arc, ellipse, line, path, rect, smooth, symmetric
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print

PAPER: Colour = (0xF6, 0xF0, 0xE2)
KRAFT: Colour = (0xC2, 0x9A, 0x6B)


def tea_tin(canvas: Canvas, look: Look) -> None:
    """A tall round tin with a printed wrap, a paper label and a lifted shadow line under the lid."""
    standing(canvas, 600, 1210, 270)
    body = path("M 336 430 L 864 430 L 864 1176 Q 860 1212 600 1218 Q 340 1212 336 1176 Z")
    canvas.gradient(body, glaze(look.main))
    with canvas.inside(body) as part:
        area = (336.0, 430.0, 864.0, 1220.0)
        PATTERNS[look.style](part, area, Print(look.main, look.second, look.accent, look.dice, 1.0))
        part.gradient(rect(336, 430, 528, 800), glaze(look.main), opacity=0.3)
        for y in (458, 1150):
            part.fill(rect(336, y, 528, 16), look.accent)
        label = rect(420, 640, 360, 330, 10)
        part.soft(label.moved(3, 5), SHADE, 0.3, 6)
        part.fill(label, PAPER)
        _leaf_mark(part, look, (600, 726))
        paper_label(part, rect(420, 740, 360, 220), look, look.ink, 38, ruled=False)
        part.line(rect(434, 654, 332, 302, 4), look.accent, 3, closed=True)
        part.soft(line((836, 420), (836, 1230)), SHADE, 0.34, 40, 70)
        part.soft(line((396, 420), (396, 1230)), COTTON, 0.4, 16, 22)
        part.soft(line((330, 436), (870, 436)), SHADE, 0.5, 10, 14)
    lid = path("M 326 318 Q 330 290 600 288 Q 870 290 874 318 L 874 428 Q 870 440 600 444 Q 330 440 326 428 Z")
    canvas.gradient(lid, metal(look.second if look.style == "plain" else (0xC9, 0xA2, 0x56)))
    canvas.gradient(
        ellipse(600, 318, 274, 34), ((0, (0xE6, 0xC9, 0x88)), (0.5, (0xC9, 0xA2, 0x56)), (1, (0x9A, 0x74, 0x32)))
    )
    canvas.line(ellipse(600, 318, 232, 25), (0xA0, 0x7C, 0x3C), 3, 0.7, closed=True)


def _leaf_mark(canvas: Canvas, look: Look, at: tuple[float, float]) -> None:
    """Two leaves and a bud."""
    for lean, size in ((-48, 62), (48, 62), (0, 74)):
        canvas.fill(motifs.LEAF.placed(at[0], at[1], size, lean), look.accent if lean else look.main)


def spice_jar(canvas: Canvas, look: Look) -> None:
    """A glass jar filled with spice, cork or cloth on top, a round-cornered paper label."""
    standing(canvas, 600, 1200, 250)
    glass = symmetric("M 600 400 L 780 400 C 790 440 846 450 852 520 L 852 1150 Q 850 1204 790 1208 L 600 1212")
    canvas.gradient(
        glass, ((0, (0xC4, 0xC6, 0xC0)), (0.2, (0xEE, 0xEF, 0xEA)), (0.8, (0xD9, 0xDB, 0xD5)), (1, (0xAE, 0xB1, 0xAB)))
    )
    fill = symmetric("M 600 508 Q 760 516 830 540 L 830 1140 Q 828 1184 780 1186 L 600 1190")
    canvas.gradient(fill, glaze(look.main))
    with canvas.inside(fill) as part:
        _grains(part, look)
        part.soft(line((340, 540), (860, 540)), COTTON, 0.25, 22, 30)
    with canvas.inside(glass) as part:
        part.soft(line((836, 480), (836, 1180)), SHADE, 0.4, 26, 44)
        glint(part, line((392, 560), (392, 1130)), 22, 0.65)
        glint(part, line((430, 560), (430, 700)), 9, 0.55)
    label = rect(418, 690, 364, 330, 14)
    canvas.soft(label.moved(3, 6), SHADE, 0.32, 7)
    canvas.fill(label, PAPER)
    with canvas.inside(label) as part:
        border(part, (418, 690, 782, 744), (look.second, look.accent), "paisley")
        border(part, (418, 966, 782, 1020), (look.second, look.accent), "paisley")
        paper_label(part, rect(426, 744, 348, 222), look, INK, 38, ruled=False)
    (_cloth_lid if look.style == "cloth" else _cork)(canvas, look)


def _grains(canvas: Canvas, look: Look) -> None:
    """Seeds, flakes or powder specks inside the glass."""
    for _ in range(900):
        x, y = look.dice.uniform(360, 840), look.dice.uniform(516, 1190)
        tone = light(look.main, look.dice.uniform(0.1, 0.45)) if look.dice.random() < 0.5 else dark(look.main, 0.3)  # noqa: PLR2004
        if look.style == "whole":
            canvas.fill(motifs.LEAF.placed(x, y, look.dice.uniform(16, 26), look.dice.uniform(0, 360)), tone)
        else:
            canvas.fill(motifs.DOT.placed(x, y, look.dice.uniform(4, 9)), tone)


def _cork(canvas: Canvas, look: Look) -> None:
    cork = path("M 424 286 Q 600 270 776 286 L 790 406 Q 600 424 410 406 Z")
    wood = (0xC9, 0xA0, 0x6B)
    canvas.gradient(cork, glaze(wood))
    with canvas.inside(cork) as part:
        for _ in range(120):
            x, y = look.dice.uniform(410, 790), look.dice.uniform(276, 420)
            part.fill(motifs.DOT.placed(x, y, look.dice.uniform(3, 8)), dark(wood, look.dice.uniform(0.1, 0.35)))
    canvas.gradient(ellipse(600, 284, 176, 20), ((0, light(wood, 0.35)), (1, wood)))
    canvas.line(smooth((420, 446), (600, 458), (780, 446)), look.accent, 9)


def _cloth_lid(canvas: Canvas, look: Look) -> None:
    skirt = path(
        "M 400 330 Q 600 250 800 330 L 846 470 Q 820 450 796 480 Q 770 452 740 486 Q 700 456 664 490 Q 630 458 600 490 "
        "Q 566 458 532 490 Q 496 456 460 486 Q 430 452 404 480 Q 380 450 354 470 Z"
    )
    canvas.soft(skirt.moved(6, 16), SHADE, 0.4, 12)
    canvas.fill(skirt, look.second)
    with canvas.inside(skirt) as part:
        PATTERNS["checks"](part, skirt.box, Print(look.second, look.accent, light(look.second, 0.7), look.dice, 0.7))
        for x in range(390, 840, 56):
            part.soft(line((600 + (x - 600) * 0.8, 390), (x, 500)), SHADE, 0.35, 7, 9)
        part.soft(line((400, 300), (800, 300)), COTTON, 0.3, 20, 20)
    band = smooth((402, 386), (600, 402), (798, 386))
    canvas.line(band.moved(2, 5), SHADE, 14, 0.35)
    canvas.line(band, KRAFT, 13)
    for side in (-1, 1):
        canvas.line(smooth((690, 396), (690 + side * 34, 372), (690 + side * 56, 400), (690, 398)), KRAFT, 8)
        canvas.line(smooth((690, 398), (690 + side * 16, 440), (690 + side * 34, 470)), KRAFT, 8)


def pouch(canvas: Canvas, look: Look) -> None:
    """A stand-up pouch with a printed front, a window and a sealed top."""
    standing(canvas, 600, 1206, 290)
    body = path(
        "M 330 300 L 870 300 L 876 420 C 866 700 882 960 900 1150 Q 890 1206 600 1214 "
        "Q 310 1206 300 1150 C 318 960 334 700 324 420 Z"
    )
    base = KRAFT if look.style == "kraft" else look.main
    canvas.gradient(body, glaze(base))
    with canvas.inside(body) as part:
        border(part, (290, 420, 910, 500), (look.second, look.accent), "flower")
        part.fill(rect(290, 1040, 620, 200), look.second)
        border(part, (290, 1024, 910, 1104), (look.second, look.accent), "paisley")
        part.soft(smooth((330, 430), (372, 760), (330, 1180)), COTTON, 0.35, 20, 24)
        part.soft(smooth((880, 430), (832, 760), (884, 1180)), SHADE, 0.42, 30, 44)
        part.soft(smooth((310, 1150), (600, 1196), (890, 1150)), SHADE, 0.3, 16, 22)
    _window(canvas, look)
    ink = readable_on(base)
    label = rect(400, 520, 400, 190)
    paper_label(canvas, label.scaled(0.98, about=(600, 615)), look, ink, 44)
    top = path("M 330 300 L 870 300 L 872 352 L 328 352 Z")
    canvas.gradient(top, glaze(dark(base, 0.1)))
    for y in range(308, 350, 9):
        canvas.line(line((334, y), (868, y)), dark(base, 0.3), 2, 0.45)
    canvas.line(line((326, 392), (874, 392)), dark(base, 0.3), 4, 0.5)
    canvas.line(line((326, 397), (874, 397)), light(base, 0.5), 3, 0.5)
    for x in (336, 864):
        canvas.fill(ellipse(x, 372, 9), (0xF4, 0xF2, 0xED))


def _window(canvas: Canvas, look: Look) -> None:
    """A leaf-shaped window through which the goods show."""
    pane = symmetric("M 600 728 C 740 780 760 930 600 1006")
    canvas.fill(pane, dark(look.extra, 0.3))
    with canvas.inside(pane) as part:
        for _ in range(420):
            x, y = look.dice.uniform(480, 720), look.dice.uniform(724, 1010)
            tone = light(look.extra, look.dice.uniform(0, 0.35)) if look.dice.random() < 0.6 else dark(look.extra, 0.2)  # noqa: PLR2004
            part.fill(motifs.LEAF.placed(x, y, look.dice.uniform(20, 36), look.dice.uniform(0, 360)), tone)
        part.soft(line((540, 760), (520, 960)), COTTON, 0.5, 10, 16)
        part.soft(Shape((*pane.points, pane.points[0])).moved(5, 7), SHADE, 0.4, 9, 12)
    canvas.line(pane, look.accent, 6, closed=True)


def carton(canvas: Canvas, look: Look) -> None:
    """A folding box with a side face, printed all over, a label on its front: sweets, incense, tea bags."""
    front = path("M 300 420 L 790 420 L 790 1200 L 300 1200 Z")
    side = path("M 790 420 L 920 372 L 920 1132 L 790 1200 Z")
    top = path("M 300 420 L 440 372 L 920 372 L 790 420 Z")
    canvas.soft(path("M 310 1190 L 790 1206 L 925 1136 L 1010 1166 L 840 1236 Z"), SHADE, 0.3, 22)
    canvas.fill(side, dark(look.main, 0.28))
    canvas.fill(top, light(look.main, 0.25))
    canvas.fill(front, look.main)
    with canvas.inside(front) as part:
        PATTERNS[look.style](part, (300, 420, 790, 1200), Print(look.main, look.second, look.accent, look.dice, 0.95))
        part.line(rect(318, 438, 454, 744), look.accent, 6, closed=True)
        part.soft(line((300, 430), (300, 1200)), COTTON, 0.3, 20, 30)
    with canvas.inside(side) as part:
        for y in (470, 1080):
            part.line(line((790, y), (920, y - 48)), look.accent, 8)
    canvas.line(line((790, 420), (790, 1200)), light(look.main, 0.35), 3, 0.7)
    arch = path("M 390 1040 L 390 720 Q 390 590 545 540 Q 700 590 700 720 L 700 1040 Z")
    canvas.fill(arch, PAPER)
    canvas.line(arch.scaled(0.93, about=(545, 800)), look.accent, 4, closed=True)
    motifs.lotus(canvas, 545, 722, 110, (look.accent, look.second if readable_on(look.second) == COTTON else look.main))
    paper_label(canvas, rect(404, 746, 282, 200), look, look.ink, 34, ruled=False)
    for y in (980, 996):
        canvas.line(line((430, y), (660, y)), look.accent, 3)
    if look.style == "jaal":
        canvas.line(arc(545, 1010, 8, 8, 0, 360), look.accent, 4)
