"""Folk pictures in frames and small figures: Madhubani fish, Warli dancers, a cast elephant, incense."""

import math

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import border
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.forms import glaze, metal, standing
from spoeq_demo.drawings.geometry import Point, Shape, ellipse, line, path, rect, smooth, symmetric
from spoeq_demo.drawings.look import Look

FRAME: Colour = (0x5A, 0x3C, 0x28)


def painting(canvas: Canvas, look: Look) -> None:
    """A framed folk painting: style fish, warli or tree."""
    frame = rect(230, 190, 740, 960)
    canvas.shadow(frame, 30)
    canvas.gradient(frame, ((0, light(FRAME, 0.15)), (1, dark(FRAME, 0.2))))
    canvas.line(rect(238, 198, 724, 944), light(FRAME, 0.3), 4, closed=True)
    mount = rect(268, 228, 664, 884)
    canvas.fill(mount, (0xFB, 0xF8, 0xF0))
    canvas.soft(line((268, 230), (932, 230)), SHADE, 0.4, 8, 8)
    canvas.soft(line((270, 228), (270, 1112)), SHADE, 0.3, 8, 8)
    sheet = rect(330, 300, 540, 740)
    canvas.fill(sheet, look.main)
    with canvas.inside(sheet) as part:
        for box in ((330.0, 300.0, 870.0, 352.0), (330.0, 988.0, 870.0, 1040.0)):
            border(part, box, (look.second, look.accent), "flower")
        {"fish": _fish, "warli": _warli}.get(look.style, _tree)(part, look)
    canvas.line(sheet, dark(look.second, 0.2), 4, closed=True)
    with canvas.inside(mount) as part:
        part.soft(path("M 268 228 L 560 228 L 268 760 Z"), COTTON, 0.16, 10)


def _fish(canvas: Canvas, look: Look) -> None:
    """Two Madhubani fish that circle a lotus, filled with hatching."""
    for number, (x, y, lean, tone) in enumerate(((600, 520, 0, look.second), (600, 830, 180, look.accent))):
        body = path("M -200 0 C -140 -110 60 -120 170 0 C 60 120 -140 110 -200 0 Z").placed(x, y, 1, lean)
        tail = path("M -180 0 L -258 -84 Q -226 0 -258 84 Z").placed(x, y, 1, lean)
        for piece in (tail, body):
            canvas.fill(piece, tone)
        with canvas.inside(body) as part:
            _scales(part, (x, y), light(look.main, 0.5), lean)
        for piece in (tail, body):
            canvas.line(piece, dark(tone, 0.55), 5, closed=True)
            canvas.line(piece.scaled(1.06, about=(x, y)), dark(tone, 0.55), 2.4, closed=True)
        eye = Shape(((118, -22),)).placed(x, y, 1, lean).points[0]
        canvas.fill(ellipse(*eye, 17), COTTON)
        canvas.fill(ellipse(*eye, 8), dark(tone, 0.7))
        for step in range(-3, 4):
            motifs.dot(canvas, x + step * 60, y + (164 if number else -164), 13, dark(look.second, 0.1))
    motifs.lotus(canvas, 600, 700, 96, (look.accent, look.second))


def _scales(canvas: Canvas, at: Point, ink: Colour, lean: float) -> None:
    for row in range(-5, 6):
        for column in range(-6, 4):
            x, y = column * 32 + (16 if row % 2 else 0), row * 22
            scale = Shape(tuple((x + 15 * math.cos(a / 5), y + 13 * math.sin(a / 5)) for a in range(-8, 9)))
            canvas.line(scale.placed(*at, 1, lean), ink, 3)


def _warli(canvas: Canvas, look: Look) -> None:
    """White stick dancers in a ring about a drummer, a hut and the sun."""
    ink = look.second
    for number in range(14):
        angle = math.radians(number * 360 / 14)
        _dancer(canvas, (600 + 178 * math.cos(angle), 720 + 178 * math.sin(angle)), number * 360 / 14 + 90, ink)
    _dancer(canvas, (600, 720), 0, ink)
    for radius in (34, 22, 10):
        canvas.line(ellipse(770, 436, radius), look.accent, 4, closed=True)
    for x in (386, 470):
        canvas.line(path(f"M {x - 34} 470 L {x} 410 L {x + 34} 470 Z"), ink, 5, closed=True)
        for step in range(-3, 4):
            canvas.line(line((x, 414), (x + step * 9, 468)), ink, 2.4)
        canvas.line(rect(x - 24, 470, 48, 44), ink, 4, closed=True)


def _dancer(canvas: Canvas, at: Point, lean: float, ink: Colour) -> None:
    """A figure of two triangles, a head and thin limbs, feet towards the ring's outside."""
    upper = Shape(((-18, -34), (18, -34), (0, 0)))
    lower = Shape(((0, 0), (16, 30), (-16, 30)))
    for piece in (upper, lower):
        canvas.fill(piece.placed(*at, 1, lean), ink)
    head = Shape(((0, -48),)).placed(*at, 1, lean).points[0]
    canvas.fill(ellipse(*head, 10), ink)
    for limb in (((-18, -34), (-42, -12)), ((18, -34), (42, -12)), ((-10, 30), (-16, 60)), ((10, 30), (18, 60))):
        canvas.line(Shape(limb).placed(*at, 1, lean), ink, 4)


def _tree(canvas: Canvas, look: Look) -> None:
    """A tree of life with leaves in pairs and birds below."""
    ink = look.second
    trunk = symmetric("M 600 560 C 612 720 616 860 660 986 L 600 986")
    canvas.fill(trunk, ink)
    for number, (reach, y) in enumerate(((210, 800), (240, 720), (220, 640), (180, 570), (120, 500))):
        for side in (-1, 1):
            bough = smooth((600, y + 60), (600 + side * reach * 0.5, y + 10), (600 + side * reach, y - 70))
            canvas.line(bough, ink, 11 - number)
            for step, (x, by) in enumerate(bough.points[6::5]):
                tone = look.accent if (step + number) % 3 == 0 else light(ink, 0.12)
                canvas.fill(motifs.LEAF.placed(x, by, 52, side * 20), tone)
                canvas.fill(motifs.LEAF.placed(x, by, 46, side * 140), tone)
    canvas.fill(motifs.LEAF.placed(600, 570, 110, 0), look.accent)
    for side in (-1, 1):
        bird = path("M -60 0 C -30 -40 30 -40 44 -8 L 70 -4 L 44 6 C 30 40 -20 34 -40 16 L -96 40 Z")
        shape = bird if side < 0 else bird.mirrored(0)
        canvas.fill(shape.placed(600 - side * -170, 920, 0.9), look.accent)
        motifs.dot(canvas, 600 + side * 170 - side * 26, 912, 8, COTTON)


def elephant(canvas: Canvas, look: Look) -> None:
    """A small cast or carved elephant with a saddle cloth."""
    standing(canvas, 590, 1090, 330)
    for x, tone in ((470, dark(look.main, 0.25)), (690, dark(look.main, 0.25)), (400, look.main), (620, look.main)):
        leg = path(f"M {x - 58} 800 L {x + 58} 800 L {x + 50} 1078 Q {x} 1096 {x - 50} 1078 Z")
        canvas.gradient(leg, glaze(tone))
        for step in (-28, 0, 28):
            canvas.fill(ellipse(x + step, 1076, 11, 9), light(tone, 0.5))
    body = path(
        "M 320 720 C 310 560 450 480 600 490 C 680 494 730 520 760 560 "
        "C 800 510 900 520 930 590 C 956 660 950 780 960 860 "
        "C 966 920 1010 930 1030 900 L 1052 914 C 1030 976 940 980 914 900 "
        "C 900 850 900 800 876 770 C 830 800 790 790 770 760 "
        "C 760 840 720 880 660 890 L 400 890 C 350 870 324 800 320 720 Z"
    )
    canvas.gradient(body, glaze(look.main))
    canvas.line(smooth((326, 690), (290, 760), (300, 850)), dark(look.main, 0.25), 12)
    canvas.fill(ellipse(300, 862, 14, 24), dark(look.main, 0.3))
    cloth = path("M 440 500 C 500 480 600 480 668 500 L 690 760 Q 560 800 424 760 Z")
    canvas.soft(cloth.moved(4, 9), SHADE, 0.4, 9)
    canvas.fill(cloth, look.second)
    with canvas.inside(cloth) as part:
        border(part, (410, 690, 700, 770), (look.accent, look.second), "flower")
        for x, y in ((500, 580), (556, 620), (612, 580)):
            motifs.flower(part, x, y, 70, (look.accent, light(look.second, 0.4)), 8)
    ear = path("M 770 560 C 700 560 690 690 740 760 C 790 780 820 720 822 640 C 820 590 800 562 770 560 Z")
    canvas.soft(ear.moved(6, 10), SHADE, 0.45, 10)
    canvas.gradient(ear, glaze(dark(look.main, 0.06)))
    canvas.line(ear.scaled(0.78, about=(764, 660)), dark(look.main, 0.35), 4, closed=True)
    canvas.fill(ellipse(868, 620, 12), dark(look.main, 0.65))
    canvas.fill(ellipse(865, 616, 4), COTTON)
    canvas.line(smooth((880, 770), (930, 800), (992, 780)), (0xF6, 0xEE, 0xDC), 20)
    canvas.line(smooth((800, 556), (850, 536), (900, 556)), look.second, 12)


def incense(canvas: Canvas, look: Look) -> None:
    """A printed sleeve of incense sticks, a brass holder with one burning."""
    sleeve = rect(300, 250, 250, 900, 6).turned(-8, (425, 700))
    for number in range(9):
        stick = line((340 + number * 20, 250), (340 + number * 20, 150 + (number % 3) * 16)).turned(-8, (425, 700))
        canvas.line(stick, (0x6B, 0x45, 0x30), 9)
    canvas.shadow(sleeve, 20)
    canvas.fill(sleeve, look.main)
    with canvas.inside(sleeve) as part:
        for row in range(12):
            for column in range(4):
                at = Shape(((330 + column * 64, 290 + row * 76),)).turned(-8, (425, 700)).points[0]
                motifs.sprig(part, *at, 50, (look.second, look.accent), -8)
        panel = rect(300, 520, 250, 340).turned(-8, (425, 700))
        part.fill(panel, look.second)
        part.line(panel.scaled(0.93, about=(425, 690)), look.accent, 5, closed=True)
        motifs.lotus(part, 424, 720, 130, (look.accent, look.main))
    standing(canvas, 820, 1130, 150)
    canvas.gradient(symmetric("M 820 1040 L 960 1040 C 956 1110 900 1136 820 1138", 820), metal((0xC9, 0x9A, 0x45)))
    canvas.gradient(ellipse(820, 1040, 142, 30), metal((0xD6, 0xAC, 0x5C)))
    canvas.line(line((820, 1036), (880, 430)), (0x6B, 0x45, 0x30), 11)
    canvas.fill(ellipse(880, 428, 9), (0xE8, 0x6A, 0x2C))
    for width, opacity in ((26, 0.14), (11, 0.22)):
        smoke = smooth((880, 400), (850, 320), (910, 250), (870, 170), (900, 110))
        canvas.soft(smoke, (0x7A, 0x74, 0x6C), opacity, 9, width)
