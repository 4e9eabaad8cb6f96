"""Colours of the pictures: from hex text, mixed, lightened and darkened."""

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]

GROUND: Colour = (0xF4, 0xF2, 0xED)
INK: Colour = (0x1C, 0x1B, 0x18)
MUTED: Colour = (0x5D, 0x58, 0x4F)
SHADOW: Colour = (0x4A, 0x3B, 0x2A)
COTTON: Colour = (0xFF, 0xFC, 0xF4)
NIGHT: Colour = (0x1E, 0x16, 0x14)
SHADE: Colour = (0x2E, 0x1E, 0x16)


def colour(text: str) -> Colour:
    """The colour of a text like `#1F4172`."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The first colour with a share (0 to 1) of the second in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def light(base: Colour, share: float) -> Colour:
    """The colour with a share of warm white."""
    return mix(base, COTTON, share)


def dark(base: Colour, share: float) -> Colour:
    """The colour with a share of warm black."""
    return mix(base, NIGHT, share)


def brightness(base: Colour) -> float:
    """How bright a colour looks, 0 to 1 (the weights of ITU-R BT.601)."""
    red, green, blue = base
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def readable_on(base: Colour) -> Colour:
    """A warm white or the ink colour, whichever can be read on the base."""
    return COTTON if brightness(base) < 0.58 else INK  # noqa: PLR2004 (the middle of the scale, where both read)
