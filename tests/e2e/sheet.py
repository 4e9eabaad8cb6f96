"""Contact sheets: many pictures of pages on one, small enough to live beside the docs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

GAP, LABEL, COLUMNS = 12, 18, 3
INK, PAPER = "#1c1b18", "#e3ded4"
# What the first screen or two of a page show: so high, and a phone or a desk so wide.
HEIGHT, PHONE, DESK = 220, 124, 220
QUALITY = 58


def make_sheet(pages: Sequence[tuple[str, Sequence[Path]]], target: Path) -> None:
    """Writes one picture: for each page its name, and the given pictures of it side by side."""
    rows = [pages[first : first + COLUMNS] for first in range(0, len(pages), COLUMNS)]
    widest = max(sum(width_of(file) + GAP // 2 for file in files) for _, files in pages) + GAP
    sheet = Image.new("RGB", (widest * COLUMNS + GAP, len(rows) * (HEIGHT + LABEL + GAP) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for down, row in enumerate(rows):
        top = GAP + down * (HEIGHT + LABEL + GAP)
        for across, (name, files) in enumerate(row):
            left = GAP + across * widest
            draw.text((left, top), name, fill=INK, font=font)
            for file in files:
                sheet.paste(top_of(file), (left, top + LABEL))
                left += width_of(file) + GAP // 2
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, "WEBP", quality=QUALITY, method=6)


def width_of(file: Path) -> int:
    """How wide a picture is on the sheet."""
    return PHONE if "-390-" in file.name else DESK


def top_of(file: Path) -> Image.Image:
    """The top of a page, made as wide as it is on the sheet."""
    width = width_of(file)
    with Image.open(file) as page:
        seen = page.convert("RGB").crop((0, 0, page.width, min(page.height, page.width * HEIGHT // width)))
    return seen.resize((width, seen.height * width // seen.width), Image.Resampling.LANCZOS)
