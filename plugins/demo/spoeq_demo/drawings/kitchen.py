"""Kitchen and table: pans, tiffins, bottles, spice boxes, mugs and bowls."""

import math

from spoeq_demo.drawings import motifs
from spoeq_demo.drawings.canvas import Canvas
from spoeq_demo.drawings.colour import COTTON, SHADE, Colour, dark, light
from spoeq_demo.drawings.forms import glaze, glint, metal, rim, standing
from spoeq_demo.drawings.geometry import Shape, arc, ellipse, line, path, rect, ring, smooth, symmetric
from spoeq_demo.drawings.look import Look
from spoeq_demo.drawings.patterns import PATTERNS, Print

STEEL: Colour = (0xB4, 0xB6, 0xB6)
WOOD: Colour = (0xA5, 0x74, 0x4A)


def kadhai(canvas: Canvas, look: Look) -> None:
    """A round-bottomed wok with two loop handles, three-quarter view."""
    standing(canvas, 600, 1014, 190)
    for side in (1, -1):
        loop = arc(600 + side * 425, 640, 86, 54, 0, 360)
        canvas.line(loop.moved(8, 16), SHADE, 24, 0.18, closed=True)
        canvas.line(loop, dark(look.main, 0.2), 26, closed=True)
        canvas.line(loop.moved(-2, -5), light(look.main, 0.32), 5, closed=True)
    bowl = symmetric("M 600 640 L 1000 640 C 990 850 820 1020 600 1020")
    canvas.gradient(bowl, metal(look.main) if look.style == "polished" else glaze(look.main))
    with canvas.inside(bowl) as part:
        part.soft(ellipse(600, 1040, 380, 90), SHADE, 0.45, 40)
        if look.style == "polished":
            _hammered(part, look.main)
    rim(canvas, (600, 640, 402, 118), look.main, dark(look.main, 0.1), 22)
    with canvas.inside(ellipse(600, 644, 376, 104)) as part:
        part.soft(ellipse(600, 730, 240, 60), light(look.main, 0.4), 0.5, 40)
        part.soft(ellipse(400, 610, 120, 40), SHADE, 0.45, 40)
    glint(canvas, arc(600, 640, 396, 112, 200, 250), 9, 0.6)


def _hammered(canvas: Canvas, base: Colour) -> None:
    """Rows of small dents on beaten metal."""
    for row in range(8):
        y = 780 + row * 34
        for column in range(-11, 12):
            x = 600 + column * 40 + (20 if row % 2 else 0)
            canvas.soft(ellipse(x, y, 12, 9), light(base, 0.6), 0.35, 4)
            canvas.soft(ellipse(x + 5, y + 6, 10, 7), SHADE, 0.22, 4)


def tawa(canvas: Canvas, look: Look) -> None:
    """A flat iron griddle from above, with a long handle."""
    handle = path("M 770 930 L 1010 1240 Q 1040 1276 1064 1254 Q 1084 1232 1056 1196 L 830 880 Z")
    disc = ellipse(520, 620, 376)
    canvas.shadow(handle, 16)
    canvas.gradient(handle, ((0, light(look.second, 0.2)), (0.5, look.second), (1, dark(look.second, 0.35))))
    canvas.fill(ellipse(1040, 1232, 12), (0xE9, 0xE5, 0xDC))
    canvas.shadow(disc, 26)
    canvas.gradient(disc, ((0, light(look.main, 0.22)), (0.5, look.main), (1, dark(look.main, 0.4))), down=True)
    canvas.gradient(
        ellipse(520, 620, 346), ((0, dark(look.main, 0.35)), (0.55, look.main), (1, light(look.main, 0.16))), down=True
    )
    for radius in range(40, 340, 30):
        canvas.line(ellipse(520, 620, radius), light(look.main, 0.22), 2, 0.35, closed=True)
    glint(canvas, arc(520, 620, 300, 300, 205, 255), 34, 0.2)
    glint(canvas, arc(520, 620, 362, 362, 190, 265), 8, 0.5)
    rivets = ((770, 905), (800, 878))
    for x, y in rivets:
        canvas.fill(ellipse(x, y, 11), light(look.main, 0.3))


def tiffin(canvas: Canvas, look: Look) -> None:
    """A three-tier lunch carrier with clamp and handle."""
    base = STEEL if look.style == "steel" else look.main
    standing(canvas, 600, 1180, 270)
    handle = path("M 350 470 L 350 330 Q 350 230 450 230 L 750 230 Q 850 230 850 330 L 850 470")
    canvas.line(handle.moved(8, 8), SHADE, 20, 0.2)
    canvas.line(handle, dark(base, 0.15), 22)
    canvas.line(handle.moved(-4, -4), light(base, 0.6), 5)
    canvas.gradient(rect(490, 206, 220, 50, 25), glaze(look.extra if look.style == "enamel" else look.second))
    bands = (look.main, look.second, look.accent) if look.style == "enamel" else (base,) * 3
    for number, tone in enumerate(bands):
        y = 520 + number * 220
        can = path(f"M 346 {y} L 854 {y} L 854 {y + 186} Q 850 {y + 214} 600 {y + 218} Q 350 {y + 214} 346 {y + 186} Z")
        canvas.gradient(can, metal(tone))
        with canvas.inside(can) as part:
            part.soft(line((340, y + 4), (860, y + 4)), SHADE, 0.4, 10, 12)
            part.line(smooth((340, y + 190), (600, y + 196), (860, y + 190)), dark(tone, 0.3), 3, 0.6)
        canvas.gradient(rect(332, y - 14, 536, 30, 15), metal(light(tone, 0.12)))
    _lid(canvas, base, look.extra if look.style == "enamel" else look.second)
    for side in (-1, 1):
        strap = rect(600 + side * 262 - 13, 440, 26, 700, 8)
        canvas.gradient(strap, ((0, light(base, 0.5)), (0.5, base), (1, dark(base, 0.4))))
        canvas.fill(ellipse(600 + side * 262, 470, 18), dark(base, 0.25))
        canvas.fill(ellipse(597 + side * 262, 466, 7), light(base, 0.6))


def _lid(canvas: Canvas, base: Colour, knob: Colour) -> None:
    dome = path("M 338 506 C 350 420 470 392 600 392 C 730 392 850 420 862 506 Z")
    canvas.gradient(dome, metal(base))
    canvas.gradient(rect(332, 492, 536, 28, 14), metal(light(base, 0.12)))
    canvas.gradient(ellipse(600, 382, 34, 26), glaze(knob))


def bottle(canvas: Canvas, look: Look) -> None:
    """A metal water bottle with an engraved or printed band."""
    standing(canvas, 600, 1220, 170)
    body = symmetric("M 600 402 L 664 402 C 676 440 760 470 770 560 L 770 1170 Q 768 1222 720 1226 L 600 1230")
    canvas.gradient(body, metal(look.main))
    with canvas.inside(body) as part:
        if look.style == "hammered":
            for row in range(22):
                for column in range(9):
                    x, y = 442 + column * 40 + (20 if row % 2 else 0), 560 + row * 30
                    part.soft(ellipse(x, y, 11, 8), light(look.main, 0.7), 0.32, 4)
                    part.soft(ellipse(x + 5, y + 6, 9, 6), SHADE, 0.2, 4)
        else:
            band = (430.0, 640.0, 770.0, 1080.0)
            PATTERNS["jaal"](part, band, Print(look.main, look.second, look.second, look.dice, 0.8))
            part.gradient(rect(430, 600, 340, 520), metal(look.main), opacity=0.42)
        for y in (600, 1130):
            part.line(line((420, y), (780, y)), dark(look.main, 0.4), 5, 0.7)
            part.line(line((420, y + 7), (780, y + 7)), light(look.main, 0.6), 4, 0.7)
    canvas.gradient(rect(532, 380, 136, 34, 8), metal(dark(look.main, 0.15)))
    cap = path("M 524 270 Q 526 252 548 250 L 652 250 Q 674 252 676 270 L 676 384 L 524 384 Z")
    canvas.gradient(cap, metal(look.main))
    for x in range(536, 672, 12):
        canvas.line(line((x, 300), (x, 370)), dark(look.main, 0.45), 3, 0.45)
    glint(canvas, line((512, 600), (512, 1150)), 12, 0.4)


def masala_dabba(canvas: Canvas, look: Look) -> None:
    """A round steel spice box from above: seven bowls of spices, the lid leaning behind."""
    outer = ellipse(600, 690, 420)
    canvas.shadow(outer, 30)
    canvas.gradient(outer, metal(look.main))
    canvas.fill(ellipse(600, 690, 396), dark(look.main, 0.42))
    canvas.gradient(
        ellipse(600, 696, 388), ((0, dark(look.main, 0.35)), (0.5, look.main), (1, light(look.main, 0.3))), down=True
    )
    spices = (
        (0xB8, 0x2E, 0x1C),
        (0xE0, 0x9F, 0x1F),
        (0x8A, 0x5A, 0x2B),
        (0x5A, 0x6B, 0x2E),
        (0x3A, 0x2A, 0x22),
        (0xC9, 0x8A, 0x4B),
    )
    for number, spice in enumerate(spices):
        angle = math.radians(number * 60 - 90)
        _bowl_from_above(canvas, (600 + 252 * math.cos(angle), 690 + 252 * math.sin(angle)), spice, look)
    _bowl_from_above(canvas, (600, 690), (0xE9, 0xDD, 0xB8), look)
    spoon = path("M 770 560 L 968 372 L 984 388 L 792 582 Z")
    canvas.soft(spoon.moved(8, 14), SHADE, 0.4, 8)
    canvas.gradient(spoon, metal(look.main))
    canvas.gradient(ellipse(768, 588, 42, 34), metal(look.main))
    canvas.fill(ellipse(772, 584, 30, 22), spices[1])


def _bowl_from_above(canvas: Canvas, at: tuple[float, float], spice: Colour, look: Look) -> None:
    """One small steel bowl heaped with a ground or whole spice."""
    x, y = at
    canvas.soft(ellipse(x + 10, y + 16, 118), SHADE, 0.5, 12)
    canvas.gradient(ellipse(x, y, 118), metal(look.main))
    canvas.fill(ellipse(x, y, 104), dark(spice, 0.35))
    canvas.fill(ellipse(x + 2, y + 4, 98), spice)
    with canvas.inside(ellipse(x + 2, y + 4, 98)) as part:
        part.soft(ellipse(x - 26, y - 26, 50), COTTON, 0.28, 26)
        part.soft(ring(ellipse(x, y, 110), ellipse(x - 8, y - 8, 88)), SHADE, 0.4, 14)
        for _ in range(150):
            px, py = look.dice.gauss(x, 42), look.dice.gauss(y, 42)
            tone = light(spice, 0.3) if look.dice.random() < 0.5 else dark(spice, 0.26)  # noqa: PLR2004
            part.fill(motifs.DOT.placed(px, py, look.dice.uniform(4, 8)), tone)


def mug(canvas: Canvas, look: Look) -> None:
    """A pair of clay or stoneware cups with a hand-painted band, tea inside."""
    _cup(canvas, look, 760, 820, 0.82, look.second)
    _cup(canvas, look, 460, 900, 1.0, look.main)


def _cup(canvas: Canvas, look: Look, x: float, y: float, size: float, tone: Colour) -> None:
    standing(canvas, x, y + 262 * size, 170 * size)
    handle = ellipse(x + 218 * size, y + 16 * size, 84 * size, 100 * size)
    canvas.line(handle, dark(tone, 0.3), 36 * size, closed=True)
    canvas.line(handle.moved(-3, -4), light(tone, 0.08), 22 * size, closed=True)
    body = symmetric("M 0 -240 L 214 -240 C 214 0 210 120 190 200 Q 176 262 120 264 L 0 268", 0).placed(x, y, size)
    canvas.gradient(body, glaze(tone))
    with canvas.inside(body) as part:
        other = look.accent if tone == look.main else look.main
        part.fill(rect(x - 240 * size, y - 110 * size, 480 * size, 200 * size), light(tone, 0.82), 0.9)
        area = (x - 240 * size, y - 96 * size, x + 240 * size, y + 60 * size)
        cloth = Print(light(tone, 0.82), other, look.accent, look.dice, 0.95 * size)
        with part.inside(rect(area[0], area[1], 480 * size, 172 * size)) as band:
            PATTERNS[look.style](band, area, cloth)
        for edge in (-116, 92):
            part.line(line((x - 240 * size, y + edge * size), (x + 240 * size, y + edge * size)), other, 10 * size)
        part.soft(
            line((x + 190 * size, y - 240 * size), (x + 170 * size, y + 270 * size)), SHADE, 0.4, 34 * size, 60 * size
        )
        part.soft(
            line((x - 120 * size, y - 220 * size), (x - 110 * size, y + 230 * size)), COTTON, 0.42, 18 * size, 26 * size
        )
    rim(canvas, (x, y - 240 * size, 214 * size, 56 * size), tone, (0x8C, 0x55, 0x2B), 15 * size)


def bowls(canvas: Canvas, look: Look) -> None:
    """Three bowls of a set, nested: glazed clay with lotus bands, or polished metal."""
    standing(canvas, 600, 1040, 200)
    tones = (look.main, look.second, look.accent)
    for number in (2, 1):
        rim(canvas, (600, 520 + number * 160, 372, 84), tones[number], dark(tones[number], 0.3), 14)
    for number, tone in enumerate(tones):
        y = 520 + number * 160
        body = symmetric("M 0 84 C 190 84 372 46 372 0 C 366 140 270 240 160 246 L 150 262 L 0 266", 0).placed(
            600, y, 1
        )
        _bowl_side(canvas, look, body, tone, y)
        if number == 0:
            rim(canvas, (600, y, 372, 84), tone, light(tone, 0.25) if look.style == "polished" else dark(tone, 0.1), 14)
        else:
            canvas.line(arc(600, y, 368, 84, 2, 178), light(tone, 0.3), 12)
            canvas.line(arc(600, y + 6, 366, 84, 4, 176), dark(tone, 0.25), 4, 0.6)
        glint(canvas, arc(600, y, 366, 82, 130, 165), 7, 0.5)


def _bowl_side(canvas: Canvas, look: Look, body: Shape, tone: Colour, y: float) -> None:
    """The outside of one bowl, with a band of lotus where it is glazed."""
    canvas.gradient(body, metal(tone) if look.style == "polished" else glaze(tone))
    if look.style == "polished":
        return
    with canvas.inside(body) as part:
        inks = (light(tone, 0.85), light(tone, 0.45))
        for number in range(-7, 8):
            angle = math.radians(90 - number * 11)
            motifs.lotus(part, 600 + 366 * math.cos(angle), y + 70 + 84 * math.sin(angle), 56, inks)
        part.soft(line((960, y), (820, y + 250)), SHADE, 0.34, 40, 70)
        part.soft(line((330, y + 40), (420, y + 200)), COTTON, 0.25, 20, 30)


def planter(canvas: Canvas, look: Look) -> None:
    """A terracotta planter with a leafy plant."""
    standing(canvas, 600, 1180, 230)
    _leaves(canvas, look)
    pot = symmetric("M 600 800 L 852 800 L 800 1140 Q 792 1184 740 1186 L 600 1188")
    canvas.gradient(pot, glaze(look.main))
    with canvas.inside(pot) as part:
        part.fill(rect(330, 900, 540, 150), look.second, 0.92)
        cloth = Print(look.second, look.main, look.accent, look.dice, 1.1)
        with part.inside(rect(330, 912, 540, 126)) as band:
            PATTERNS[look.style](band, (330, 912, 870, 1038), cloth)
        part.soft(line((840, 820), (780, 1190)), SHADE, 0.4, 40, 70)
        part.soft(line((440, 820), (466, 1180)), COTTON, 0.25, 26, 34)
    lip = rect(330, 766, 540, 78, 18)
    canvas.soft(lip.moved(6, 18), SHADE, 0.35, 12)
    canvas.gradient(lip, glaze(light(look.main, 0.06)))


def _leaves(canvas: Canvas, look: Look) -> None:
    green = look.extra if len(look.palette) > 3 else (0x4A, 0x6B, 0x3F)  # noqa: PLR2004 (a palette may name the green)
    for lean, reach in ((-58, 430), (58, 430), (-36, 540), (36, 540), (-14, 610), (16, 590), (0, 470)):
        tone = light(green, 0.12) if lean < 0 else dark(green, 0.12)
        leaf = symmetric("M 0 0 C 74 -120 92 -330 0 -560", 0).placed(600, 810, reach / 560, lean)
        canvas.soft(leaf.moved(8, 12), SHADE, 0.2, 9)
        canvas.fill(leaf, tone)
        spine = Shape(((0, -20), (0, -500))).placed(600, 810, reach / 560, lean)
        canvas.line(spine, light(tone, 0.35), 4)
        for step in range(1, 8):
            for side in (-1, 1):
                vein = Shape(((0, -step * 62), (side * 46, -step * 62 - 56))).placed(600, 810, reach / 560, lean)
                with canvas.inside(leaf) as part:
                    part.line(vein, light(tone, 0.22), 2.4)
