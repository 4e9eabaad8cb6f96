"""One product picture: the thing centred on the shop's photo ground, its name small below; or a detail of it."""

from random import Random

from PIL import Image

from spoeq_core.sdk import SpoeqError
from spoeq_demo.drawings.canvas import HEIGHT, SUPERSAMPLING, WIDTH, Canvas
from spoeq_demo.drawings.colour import MUTED, Colour, brightness, colour
from spoeq_demo.drawings.geometry import Box, Point, rect
from spoeq_demo.drawings.kinds import KINDS, Kind
from spoeq_demo.drawings.look import Look

DETAIL = 2.1
_PLACE: Point = (WIDTH / 2, 690)
_ROOM: Point = (920, 1090)
_LARGEST = 1.32
_RULE: Colour = (0xE3, 0xDE, 0xD4)
_MARGIN = 84


def drawing_kinds() -> tuple[str, ...]:
    """Names of the kinds that `draw` knows, sorted."""
    return tuple(sorted(KINDS))


def drawing_styles(kind: str) -> tuple[str, ...]:
    """The styles (patterns, finishes) a kind may be drawn in.

    Raises:
        SpoeqError: no such kind.
    """
    return _kind(kind).styles


def draw(kind: str, palette: tuple[str, ...], label: str, seed: int, view: int = 0, width: int = WIDTH) -> Image.Image:
    """The picture of a product, four by five, 1200 by 1500 pixels; the same arguments give the same pixels.

    Args:
        kind: a drawing kind, or kind and style as `kurta:ikat`; without a style the seed picks one.
        palette: two to four colours like `#1F4172`: main, second, accent, extra.
        label: the product's name; printed below the thing, and on packs, books and covers.
        seed: varies what the kind leaves open: style, strokes of a hand-made pattern, grains.
        view: 0 is the whole thing, 1 a detail.
        width: pixels across.

    Raises:
        SpoeqError: no such kind or style.
    """
    name, _, style = kind.partition(":")
    chosen = _kind(name)
    dice = Random(f"{name}:{seed}")  # noqa: S311 (draws pictures, guards nothing)
    if style and style not in chosen.styles:
        raise SpoeqError(
            f"The drawing kind '{name}' has no style '{style}'.", hint=f"Use one of: {', '.join(chosen.styles)}."
        )
    look = Look(tuple(map(colour, palette)), style or dice.choice(chosen.styles), label, dice)
    canvas = _framed(chosen, width) if view == 0 else _close(chosen, width)
    chosen.paint(canvas, look)
    if view == 0:
        _caption(Canvas(canvas.image, SUPERSAMPLING * width / WIDTH), look)
    return canvas.image.reduce(SUPERSAMPLING)


def _kind(name: str) -> Kind:
    if name not in KINDS:
        raise SpoeqError(f"There is no drawing kind '{name}'.", hint=f"Use one of: {', '.join(drawing_kinds())}.")
    return KINDS[name]


def _zoom(frame: Box) -> float:
    """How much to enlarge so that things of all kinds fill their pictures alike."""
    left, top, right, bottom = frame
    return min(_ROOM[0] / (right - left), _ROOM[1] / (bottom - top), _LARGEST)


def _framed(kind: Kind, width: int) -> Canvas:
    left, top, right, bottom = kind.frame
    return Canvas.blank(width, _zoom(kind.frame), ((left + right) / 2, (top + bottom) / 2), _PLACE)


def _close(kind: Kind, width: int) -> Canvas:
    return Canvas.blank(width, _zoom(kind.frame) * DETAIL, kind.focus, (WIDTH / 2, HEIGHT / 2))


def _caption(page: Canvas, look: Look) -> None:
    """A hairline whose beginning has the product's darkest colour (the shop's selvedge), and the name."""
    page.fill(rect(_MARGIN, 1378, WIDTH - 2 * _MARGIN, 2), _RULE)
    page.fill(rect(_MARGIN, 1376, 64, 5), min(look.palette, key=brightness))
    page.text((_MARGIN, HEIGHT - 62), look.label, 32, MUTED, 0.8)
