"""Books and stationery: notebooks, printed books, pens, greeting cards, journals."""

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import border, stitches
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light, readable_on
from spoeq_demo.drawings.forms import metal, paper_label
from spoeq_demo.drawings.geometry import Shape, ellipse, line, path, rect, smooth
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print

LEAVES: Colour = (0xF6, 0xF0, 0xE0)


def notebook(canvas: Canvas, look: Look) -> None:
    """Two cloth-bound notebooks, one on the other, with an elastic band and a page ribbon."""
    under = rect(330, 250, 600, 860, 14).turned(7, (630, 680))
    canvas.shadow(under, 24)
    canvas.fill(under, look.accent)
    with canvas.inside(under) as part:
        part.line(line((360, 200), (360, 1200)).turned(7, (630, 680)), dark(look.accent, 0.25), 6)
    pages = rect(866, 262, 16, 836).turned(0)
    ribbon = path("M 520 1080 L 548 1080 L 552 1236 L 534 1216 L 518 1236 Z")
    canvas.shadow(ribbon, 8)
    canvas.fill(ribbon, look.second)
    cover = rect(270, 240, 604, 870, 14)
    canvas.shadow(cover, 26)
    canvas.fill(pages, LEAVES)
    canvas.fill(cover, look.main)
    with canvas.inside(cover) as part:
        PATTERNS[look.style](part, (340, 230, 880, 1120), Print(look.main, look.second, look.accent, look.dice, 1.15))
        part.fill(rect(260, 230, 74, 900), dark(look.main, 0.3))
        part.line(line((336, 230), (336, 1120)), SHADE, 5, 0.4)
        stitches(part, line((300, 250), (300, 1100)), look.second, 26, 6)
        part.soft(line((350, 240), (350, 1110)), COTTON, 0.3, 10, 14)
        part.soft(line((872, 240), (872, 1110)), SHADE, 0.35, 14, 20)
    label = rect(430, 440, 300, 200, 6)
    canvas.soft(label.moved(3, 5), SHADE, 0.3, 6)
    canvas.fill(label, LEAVES)
    paper_label(canvas, label, look, look.ink, 32)
    band = rect(790, 240, 20, 870)
    canvas.soft(band.moved(6, 0), SHADE, 0.35, 6)
    canvas.fill(band, look.accent)


def book(canvas: Canvas, look: Look) -> None:
    """A hardback standing a little open to the viewer: spine, cover art by style, title."""
    canvas.soft(path("M 300 1150 L 900 1180 L 1010 1120 L 960 1220 L 380 1226 Z"), SHADE, 0.35, 24)
    canvas.fill(path("M 300 230 L 372 262 L 372 1186 L 300 1140 Z"), dark(look.main, 0.35))
    canvas.fill(path("M 896 262 L 926 250 L 926 1166 L 896 1186 Z"), LEAVES)
    for x in (904, 912, 920):
        canvas.line(line((x, 260), (x, 1176)), dark(LEAVES, 0.2), 2)
    cover = rect(372, 262, 528, 924, 4)
    canvas.fill(cover, look.main)
    with canvas.inside(cover) as part:
        {"sun": _sunrise, "leaf": _foliage}.get(look.style, _arches)(part, look)
        part.soft(line((392, 262), (392, 1186)), SHADE, 0.4, 8, 8)
        part.soft(line((408, 262), (408, 1186)), COTTON, 0.3, 8, 8)
        part.soft(path("M 372 262 L 640 262 L 372 700 Z"), COTTON, 0.12, 10)
    ink = readable_on(look.main)
    words = look.label.upper().split()
    y = 350.0
    for word in _lines(words):
        canvas.text((636, y), word, min(56, 440 / max(1, len(word)) / 0.68), ink, 3, "m")
        y += 66
    canvas.line(line((596, y - 26), (676, y - 26)), look.accent, 5)
    canvas.line(line((312, 300), (360, 322)), look.accent, 6)
    canvas.line(line((312, 1070), (360, 1098)), look.accent, 6)


def _lines(words: list[str]) -> list[str]:
    """Words set in lines of at most thirteen letters."""
    lines = [""]
    for word in words:
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) <= 13:  # noqa: PLR2004 (letters on a cover's line)
            lines[-1] = joined
        else:
            lines.append(word)
    return [text for text in lines if text]


def _sunrise(canvas: Canvas, look: Look) -> None:
    """A sun over hills and a river."""
    canvas.fill(ellipse(636, 830, 150), look.accent)
    for number, tone in enumerate((light(look.second, 0.25), look.second, dark(look.second, 0.3))):
        y = 880 + number * 92
        hill = smooth((360, y + 40), (470, y - 50), (600, y + 30), (740, y - 40), (910, y + 50))
        canvas.fill(Shape((*hill.points, (910, 1200), (360, 1200))), tone)
    for number in range(5):
        x, y = 520 + number * 54, 640 + (number % 2) * 22
        canvas.line(smooth((x - 16, y - 6), (x, y + 4), (x + 16, y - 6)), dark(look.accent, 0.3), 4)


def _foliage(canvas: Canvas, look: Look) -> None:
    """Tall stems with leaves, rising from the foot of the cover."""
    for number, x in enumerate(range(420, 880, 72)):
        top = 700 + (number % 3) * 70
        canvas.line(smooth((x, 1200), (x + 12, 950), (x, top)), look.second, 8)
        for step in range(6):
            y = top + step * 78
            for side in (-1, 1):
                tone = look.accent if (step + number) % 3 == 0 else look.second
                canvas.fill(motifs.LEAF.placed(x + 4, y + 26, 74, side * 52), tone)
        canvas.fill(motifs.LEAF.placed(x, top + 10, 84, 0), look.accent)


def _arches(canvas: Canvas, look: Look) -> None:
    """Arches within arches, a star in the middle."""
    for number in range(5):
        inset = number * 42
        arch = path("M 430 1200 L 430 820 Q 430 680 636 580 Q 842 680 842 820 L 842 1200 Z")
        tone = (look.second, look.accent, look.main, look.second, look.accent)[number]
        canvas.fill(arch.scaled(1 - inset / 230, about=(636, 1220)), tone)
    motifs.star(canvas, 636, 1000, 84, (look.main, look.second))


def pens(canvas: Canvas, look: Look) -> None:
    """A fountain pen, uncapped, on its wooden case."""
    case = rect(240, 720, 720, 300, 26).turned(-18, (600, 800))
    canvas.shadow(case, 24)
    canvas.gradient(case, ((0, light(look.second, 0.15)), (1, dark(look.second, 0.15))))
    canvas.line(case.scaled(0.96, about=(600, 800)), dark(look.second, 0.3), 4, closed=True)
    for step in range(-2, 3):
        grain = smooth((260, 820 + step * 44), (600, 812 + step * 50), (940, 826 + step * 44)).turned(-18, (600, 800))
        canvas.line(grain, dark(look.second, 0.2), 3, 0.5)
    motifs.lotus(canvas, 700, 900, 70, (dark(look.second, 0.35), dark(look.second, 0.25)))
    for dx, dy, capped in ((-40, -190, False), (40, 10, True)):
        _pen(canvas, look, (dx, dy), capped)


def _pen(canvas: Canvas, look: Look, shift: tuple[float, float], capped: bool) -> None:
    def put(shape: Shape) -> Shape:
        return shape.turned(-30, (600, 700)).moved(*shift)

    tone = look.main if not capped else look.accent
    barrel = put(rect(250, 668, 470, 64, 30))
    canvas.shadow(barrel, 16)
    canvas.gradient(barrel, ((0, light(tone, 0.4)), (0.35, tone), (1, dark(tone, 0.4))), down=True)
    canvas.line(put(line((276, 684), (700, 684))), light(tone, 0.55), 7)
    if capped:
        cap = put(rect(640, 660, 330, 80, 32))
        canvas.shadow(cap, 10)
        canvas.gradient(cap, ((0, light(tone, 0.45)), (0.4, tone), (1, dark(tone, 0.4))), down=True)
        canvas.line(put(line((664, 680), (940, 680))), light(tone, 0.6), 8)
        canvas.line(put(line((660, 664), (660, 736))), (0xD6, 0xAC, 0x5C), 14)
        canvas.line(put(line((700, 650), (900, 650))), (0xD6, 0xAC, 0x5C), 12)
        return
    grip = put(path("M 716 672 L 830 682 L 830 718 L 716 728 Z"))
    canvas.shadow(grip, 8)
    canvas.gradient(grip, ((0, light(tone, 0.2)), (1, dark(tone, 0.5))), down=True)
    canvas.line(put(line((722, 672), (722, 728))), (0xD6, 0xAC, 0x5C), 12)
    nib = put(path("M 830 680 L 880 676 Q 920 690 952 700 Q 920 710 880 724 L 830 720 Z"))
    canvas.shadow(nib, 6)
    canvas.gradient(nib, metal((0xD6, 0xAC, 0x5C)))
    canvas.line(put(line((878, 700), (948, 700))), (0x5A, 0x42, 0x1E), 3)
    canvas.fill(put(ellipse(876, 700, 7)), (0x5A, 0x42, 0x1E))


def cards(canvas: Canvas, look: Look) -> None:
    """A fan of greeting cards with an envelope behind."""
    envelope = rect(300, 640, 640, 440, 8).turned(-4, (620, 860))
    canvas.shadow(envelope, 20)
    canvas.fill(envelope, light(look.second, 0.15))
    flap = path("M 300 640 L 620 880 L 940 640 Z").turned(-4, (620, 860))
    canvas.line(flap, dark(look.second, 0.2), 4, closed=True)
    for lean, dx, dy, style in ((-11, -150, -40, "buti"), (9, 150, -30, "jaal"), (-1, 0, 20, look.style)):

        def put(shape: Shape, lean: float = lean, dx: float = dx, dy: float = dy) -> Shape:
            return shape.turned(lean, (600, 640)).moved(dx, dy)

        card = put(rect(390, 270, 420, 600, 8))
        ground = {"buti": look.accent, "jaal": look.second}.get(style, look.main) if dx else look.main
        canvas.shadow(card, 18)
        canvas.fill(card, LEAVES)
        face = put(rect(414, 294, 372, 552, 4))
        canvas.fill(face, ground)
        with canvas.inside(face) as part:
            inks = (light(ground, 0.75), look.main if dx else look.accent)
            PATTERNS[style](part, face.box, Print(ground, *inks, look.dice, 1.0))
    oval = ellipse(599, 590, 128, 164)
    canvas.fill(oval, LEAVES)
    canvas.line(oval.scaled(0.93, about=(599, 590)), look.accent, 4, closed=True)
    motifs.lotus(canvas, 599, 640, 150, (look.main, look.accent))


def journal(canvas: Canvas, look: Look) -> None:
    """A leather journal wrapped with a cord, its deckle-edged pages showing."""
    pages = path("M 340 1080 L 880 1080 L 896 1120 L 350 1124 Z")
    edge = path("M 866 270 L 906 290 L 906 1120 L 866 1090 Z")
    cover = path(
        "M 290 262 Q 300 246 330 246 L 850 250 Q 880 252 880 280 L 884 1090 "
        "Q 884 1112 858 1112 L 320 1112 Q 292 1110 292 1084 Z"
    )
    canvas.shadow(cover.moved(10, 10), 28)
    for leaf in (pages, edge):
        canvas.fill(leaf, LEAVES)
        canvas.line(leaf, dark(LEAVES, 0.3), 3, closed=True)
    canvas.gradient(
        cover, ((0, dark(look.main, 0.2)), (0.1, light(look.main, 0.1)), (0.6, look.main), (1, dark(look.main, 0.16)))
    )
    with canvas.inside(cover) as part:
        stitches(part, Shape((*rect(322, 280, 530, 800, 10).points,)), light(look.main, 0.4), 18, 5)
        border(part, (292, 330, 884, 420), (dark(look.main, 0.12), dark(look.main, 0.45)), "flower")
        border(part, (292, 940, 884, 1030), (dark(look.main, 0.12), dark(look.main, 0.45)), "flower")
        motifs.star(part, 588, 680, 300, (dark(look.main, 0.42), look.main))
        part.soft(line((320, 260), (320, 1100)), SHADE, 0.4, 12, 14)
    for x in (690, 712):
        cord = smooth((x, 240), (x - 6, 500), (x + 8, 860), (x, 1120))
        canvas.line(cord.moved(5, 4), SHADE, 12, 0.35)
        canvas.line(cord, look.second, 11)
    for side in (-1, 1):
        tail = smooth((702, 690), (702 + side * 50, 760), (702 + side * 40, 880))
        canvas.line(tail.moved(5, 8), SHADE, 12, 0.3)
        canvas.line(tail, look.second, 10)
        bead = tail.points[-1]
        canvas.gradient(ellipse(bead[0], bead[1] + 8, 20), metal(look.accent))
    canvas.gradient(ellipse(702, 690, 30), metal(look.accent))
