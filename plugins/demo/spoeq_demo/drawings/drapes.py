"""Lengths of cloth: sarees over a rod, dupattas and stoles hung from a peg, folded stacks, cushions."""

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.cloth import border, folds, fringe, printed, round_off, stitches, tassel
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.geometry import Shape, ellipse, line, path, rect, smooth
from spoeq_demo.drawings.look import Look

WOOD: Colour = (0x9A, 0x6B, 0x43)
BRASS: Colour = (0xC9, 0x9A, 0x45)


def _rod(canvas: Canvas, y: float, left: float = 130, right: float = 1070) -> None:
    """A turned wooden rod with brass ends."""
    bar = rect(left, y - 13, right - left, 26, 13)
    canvas.shadow(bar, 14)
    canvas.gradient(bar, ((0, light(WOOD, 0.35)), (0.4, WOOD), (1, dark(WOOD, 0.4))), down=True)
    for x in (left, right):
        canvas.gradient(ellipse(x, y, 21), ((0, light(BRASS, 0.5)), (0.5, BRASS), (1, dark(BRASS, 0.45))), down=True)


def saree(canvas: Canvas, look: Look) -> None:
    """A saree hung over a rod: body behind, pallu with border, bands and fringe in front."""
    top = 214
    behind = path(f"M 560 {top - 6} L 968 {top - 6} C 974 500 984 800 978 1060 Q 780 1082 560 1066 Z")
    front = path(
        f"M 236 {top - 14} L 690 {top - 14} C 696 500 690 900 702 1210 "
        f"Q 460 1232 222 1212 C 228 900 232 500 236 {top - 14} Z"
    )
    canvas.shadow(behind)
    printed(canvas, behind, look)
    with canvas.inside(behind) as part:
        _edge(part, look, rect(896, top - 20, 90, 900))
    folds(canvas, behind, [smooth((x, 260), (x + 6, 700), (x + 4, 1080)) for x in (770, 850)], 0.26, 22)
    round_off(canvas, behind)
    _rod(canvas, top)
    canvas.shadow(front)
    printed(canvas, front, look)
    with canvas.inside(front) as part:
        _edge(part, look, rect(212, top - 20, 92, 1100))
        _edge(part, look, rect(616, top - 20, 92, 1100))
        _pallu(part, look)
    folds(canvas, front, [smooth((x, 240), (x - 8, 700), (x - 4, 1240)) for x in (360, 470, 590)], 0.2, 24)
    round_off(canvas, front)
    with canvas.inside(rect(0, top - 30, 1200, 90)) as part:
        part.soft(line((236, top - 2), (690, top - 2)), COTTON, 0.4, 8, 8)
        part.soft(line((236, top + 36), (690, top + 36)), SHADE, 0.3, 12, 12)
    fringe(canvas, (226, 1214), (698, 1214), look.second, 54, look.dice)


def _edge(canvas: Canvas, look: Look, band: Shape) -> None:
    """The woven border along a long side: figures stacked downwards between lines."""
    left, top, right, bottom = band.box
    width = right - left
    canvas.fill(band, look.second)
    for share in (0.1, 0.9):
        x = left + width * share
        canvas.line(line((x, top), (x, bottom)), look.accent, 5)
    y = top
    while y < bottom:
        canvas.fill(motifs.DIAMOND.placed((left + right) / 2, y, width * 0.44), look.accent)
        canvas.fill(motifs.DIAMOND.placed((left + right) / 2, y, width * 0.2), look.second)
        y += width * 0.56


def _pallu(canvas: Canvas, look: Look) -> None:
    """The show end: bands of paisley, towers and lines."""
    inks = (look.second, look.accent)
    canvas.fill(rect(200, 812, 520, 430), look.second)
    border(canvas, (200, 812, 720, 880), inks, "temple")
    border(canvas, (200, 900, 720, 1030), (dark(look.main, 0.12), look.second), "paisley")
    border(canvas, (200, 1050, 720, 1110), inks, "diamond")
    for y in (1132, 1150, 1168, 1186):
        canvas.line(line((200, y), (720, y)), look.accent, 6)


def dupatta(canvas: Canvas, look: Look) -> None:
    """A long scarf looped over a brass peg, two ends with bands and tassels."""
    back = path("M 596 190 C 700 190 762 300 792 480 C 826 700 842 900 850 1090 L 624 1106 C 622 800 620 500 596 300 Z")
    front = path(
        "M 604 190 C 486 190 424 320 398 520 C 370 760 360 980 350 1190 L 596 1204 C 612 860 624 560 640 300 Z"
    )
    for piece, tracks, ends in (
        (
            back,
            [smooth((650, 260), (716, 640), (720, 1110)), smooth((640, 240), (776, 620), (800, 1110))],
            (1098, 850, 624),
        ),
        (
            front,
            [smooth((570, 250), (476, 700), (450, 1200)), smooth((600, 260), (560, 700), (530, 1200))],
            (1196, 596, 350),
        ),
    ):
        canvas.shadow(piece)
        printed(canvas, piece, look, 0.9)
        y, right, left = ends
        with canvas.inside(piece) as part:
            border(part, (left - 20, y - 150, right + 20, y - 64), (look.second, look.accent), "paisley")
            part.fill(rect(left - 20, y - 50, right - left + 40, 20), look.accent)
            part.fill(rect(left - 20, y - 18, right - left + 40, 40), look.second)
        folds(canvas, piece, tracks, 0.3, 26)
        round_off(canvas, piece)
        for share in (0.04, 0.35, 0.66, 0.97):
            x = left + (right - left) * share
            tassel(canvas, (x, y + (10 if share > 0.5 else 4)), look.second, look.accent, 76)  # noqa: PLR2004
    canvas.shadow(ellipse(600, 196, 34), 10)
    canvas.gradient(ellipse(600, 196, 34), ((0, light(BRASS, 0.55)), (0.5, BRASS), (1, dark(BRASS, 0.45))), down=True)
    canvas.fill(ellipse(592, 186, 9), light(BRASS, 0.75))


def stack(canvas: Canvas, look: Look) -> None:
    """Folded cloth in a pile: bed covers, towels, lungis, tied with a paper band."""
    inks = [(look.main, look.second), (look.second, look.main), (look.main, look.second)]
    y = 1010.0
    for number, (cloth, trim) in enumerate(inks):
        height = 150
        slab = path(
            f"M 214 {y} C 190 {y + 10} 188 {y + height - 10} 214 {y + height} L 976 {y + height} "
            f"C 1004 {y + height - 14} 1004 {y + 14} 976 {y} Z"
        )
        canvas.shadow(slab, 14)
        painted = Look((cloth, trim, look.accent), look.style, look.label, look.dice)
        printed(canvas, slab, painted, 0.8, "plain" if number == 1 else look.style)
        with canvas.inside(slab) as part:
            for share in (0.34, 0.67):
                edge = smooth((214, y + height * share), (600, y + height * share + 3), (990, y + height * share - 2))
                part.soft(edge.moved(0, 5), SHADE, 0.5, 6, 7)
                part.soft(edge.moved(0, -8), COTTON, 0.3, 5, 5)
            part.line(line((930, y), (930, y + height)), look.accent, 9)
            part.line(line((948, y), (948, y + height)), look.accent, 4)
        round_off(canvas, slab)
        y -= height - 3
    _top_fold(canvas, look, y + 147)


def _top_fold(canvas: Canvas, look: Look, y: float) -> None:
    """The uppermost piece, seen from above in perspective, with its border turned out."""
    top = path(f"M 300 {y - 240} L 900 {y - 240} L 984 {y + 6} L 206 {y + 6} Z")
    canvas.shadow(top, 8)
    printed(canvas, top, look, 0.8)
    with canvas.inside(top) as part:
        hem = Shape(((832, y - 250), (872, y - 250), (950, y + 20), (896, y + 20)))
        part.fill(hem, look.second)
        part.line(line((832, y - 250), (896, y + 20)), look.accent, 6)
        part.soft(line((206, y + 4), (984, y + 4)), SHADE, 0.3, 10, 10)
    round_off(canvas, top, 0.14)
    band = Shape(((470, y - 241), (620, y - 241), (626, y + 4), (452, y + 4)))
    drop = rect(452, y + 4, 174, 440)
    paper = (0xF3, 0xEC, 0xDC)
    canvas.soft(drop.moved(6, 4), SHADE, 0.25, 8)
    canvas.fill(band, light(paper, 0.3))
    canvas.fill(drop, paper)
    motifs.flower(canvas, 539, y + 190, 92, (look.accent, look.second), 8)
    canvas.line(line((488, y + 262), (590, y + 262)), dark(paper, 0.6), 4)
    canvas.line(line((506, y + 282), (572, y + 282)), dark(paper, 0.6), 3)


def cushion(canvas: Canvas, look: Look) -> None:
    """A square cushion, plump, with piping and corner tassels."""
    body = path(
        "M 226 346 Q 244 320 276 336 C 480 372 720 372 924 336 Q 956 320 974 346 C 940 560 940 800 974 1014 "
        "Q 956 1042 924 1026 C 720 990 480 990 276 1026 Q 244 1042 226 1014 C 260 800 260 560 226 346 Z"
    )
    canvas.shadow(body, 30)
    for corner, lean in (((236, 342), 135), ((964, 342), -135), ((964, 1018), -45), ((236, 1018), 45)):
        _corner_tassel(canvas, look, corner, lean)
    printed(canvas, body, look, 1.25)
    with canvas.inside(body) as part:
        inner = body.scaled(0.84, about=(600, 680))
        part.line(inner, look.second, 26, closed=True)
        part.line(inner, look.accent, 6, closed=True)
        part.soft(ellipse(520, 580, 190, 170), COTTON, 0.3, 90)
        part.soft(Shape((*body.points, body.points[0])).moved(20, 26), SHADE, 0.4, 50, 60)
        for track in (smooth((300, 400), (380, 470), (420, 560)), smooth((900, 970), (830, 900), (800, 820))):
            part.soft(track, SHADE, 0.3, 14, 12)
    canvas.line(body, look.second, 14, closed=True)
    canvas.line(body.moved(-2, -3), light(look.second, 0.3), 4, closed=True)


def _corner_tassel(canvas: Canvas, look: Look, corner: tuple[float, float], lean: float) -> None:
    """Five threads and a knot at a corner of a cushion."""
    for spread in (-16, -8, 0, 8, 16):
        strand = line((0, 0), (0, 92 - abs(spread))).turned(lean + spread).moved(*corner)
        canvas.soft(strand.moved(6, 10), SHADE, 0.2, 5, 8)
        canvas.line(strand, dark(look.second, 0.1) if spread % 16 else look.second, 8)
    canvas.fill(ellipse(*corner, 20), look.accent)


def runner(canvas: Canvas, look: Look) -> None:
    """A rug or table runner laid out at a slant, one end rolled, with fringes."""
    body = path("M 330 250 L 870 250 L 870 1120 L 330 1120 Z")
    canvas.shadow(body)
    printed(canvas, body, look, 1.15)
    with canvas.inside(body) as part:
        for y, kind in ((950, "diamond"), (1040, "temple")):
            border(part, (330, y, 870, y + 74), (look.second, look.accent), kind)
        part.fill(rect(330, 1114, 540, 10), look.accent)
        for x in (352, 848):
            part.line(line((x, 240), (x, 1130)), look.second, 18)
            part.line(line((x, 240), (x, 1130)), look.accent, 4)
    round_off(canvas, body, 0.14)
    fringe(canvas, (334, 1120), (866, 1120), light(look.second, 0.2), 62, look.dice)
    roll = rect(300, 196, 600, 110, 52)
    canvas.shadow(roll, 22)
    canvas.gradient(
        roll,
        (
            (0, light(look.main, 0.3)),
            (0.3, light(look.main, 0.08)),
            (0.75, dark(look.main, 0.3)),
            (1, dark(look.main, 0.5)),
        ),
        True,
    )
    for x in (352, 848):
        canvas.line(line((x, 200), (x, 302)), look.second, 18, 0.85)
    for x in (308, 892):
        for radius in (44, 30, 16):
            canvas.line(ellipse(x, 251, radius * 0.36, radius), dark(look.second, 0.3), 6, closed=True)
            canvas.line(ellipse(x, 251, radius * 0.36, radius - 6), look.second, 5, closed=True)


def towel(canvas: Canvas, look: Look) -> None:
    """A cotton towel or apron cloth folded over a rod, with end bands."""
    top = 250
    cloth = path(
        f"M 326 {top - 16} L 874 {top - 16} C 880 520 876 860 884 1150 "
        f"Q 600 1170 316 1150 C 324 860 320 520 326 {top - 16} Z"
    )
    _rod(canvas, top, 220, 980)
    canvas.shadow(cloth)
    printed(canvas, cloth, look, 1.1)
    with canvas.inside(cloth) as part:
        for y, ink, width in ((960, look.second, 34), (1010, look.accent, 12), (1046, look.second, 34)):
            part.line(smooth((300, y), (600, y + 12), (900, y)), ink, width)
        part.soft(line((326, top + 4), (874, top + 4)), COTTON, 0.4, 8, 10)
        part.soft(line((326, top + 40), (874, top + 40)), SHADE, 0.25, 12, 12)
    folds(canvas, cloth, [smooth((x, 300), (x - 4, 700), (x - 8, 1170)) for x in (430, 560, 690, 800)], 0.2, 24)
    round_off(canvas, cloth)
    stitches(canvas, smooth((322, 1128), (600, 1148), (878, 1128)), light(look.main, 0.5), 10)
    fringe(canvas, (320, 1152), (880, 1152), look.main, 40, look.dice)
