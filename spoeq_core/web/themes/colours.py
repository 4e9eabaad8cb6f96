"""Colours: written as #RRGGBB, mixed, and how well one is read on another (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

LEAST = 4.5
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_LINEAR_PART = 0.04045


def normal(text: str) -> str | None:
    """`#RRGGBB` in capitals of `#rgb` or `#rrggbb`; None if it is no colour."""
    found = text.strip()
    if not _HEX.fullmatch(found):
        return None
    digits = found[1:]
    return "#" + (digits if len(digits) > len("rgb") else "".join(digit * 2 for digit in digits)).upper()


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """The first colour with that share (0 to 1) of the other, in sRGB as browsers mix."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    parts = (channel / 255 for channel in _channels(colour))
    linear = [part / 12.92 if part <= _LINEAR_PART else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
