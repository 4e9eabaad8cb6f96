"""Contact sheets: many pictures of pages on one, small enough to live beside the docs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

GAP, LABEL, COLUMNS = 12, 18, 6
INK, PAPER = "#1c1b18", "#e3ded4"
# Of each page what the first screen or two show, side by side and equally high.
CELL_HEIGHT, PHONE, DESK = 230, 130, 230
QUALITY = 60


def make_sheet(pairs: Sequence[tuple[str, Path, Path]], target: Path) -> None:
    """Writes one picture: for each page its name, itself on a phone, and on a desk."""
    width = COLUMNS * (PHONE + DESK + 2 * GAP) + GAP
    rows = -(-len(pairs) // COLUMNS)
    sheet = Image.new("RGB", (width, rows * (CELL_HEIGHT + LABEL + GAP) + GAP), PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for place, (name, phone, desk) in enumerate(pairs):
        left = GAP + place % COLUMNS * (PHONE + DESK + 2 * GAP)
        top = GAP + place // COLUMNS * (CELL_HEIGHT + LABEL + GAP)
        draw.text((left, top), name, fill=INK, font=font)
        sheet.paste(top_of(phone, PHONE), (left, top + LABEL))
        sheet.paste(top_of(desk, DESK), (left + PHONE + GAP // 2, top + LABEL))
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, "WEBP", quality=QUALITY, method=6)


def top_of(file: Path, width: int) -> Image.Image:
    """The top of a page, made so wide."""
    with Image.open(file) as page:
        seen = page.convert("RGB").crop((0, 0, page.width, min(page.height, page.width * CELL_HEIGHT // width)))
    return seen.resize((width, seen.height * width // seen.width), Image.Resampling.LANCZOS)
