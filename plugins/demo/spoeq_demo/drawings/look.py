"""What a painter is told about one picture: its colours, its style, its label and its own dice."""

from dataclasses import dataclass
from random import Random

from spoeq_demo.drawings.colour import INK, Colour, brightness, dark


@dataclass(frozen=True, slots=True)
class Look:
    """The colours (main, second, accent and more), style and label of one picture, and dice seeded for it."""

    palette: tuple[Colour, ...]
    style: str
    label: str
    dice: Random

    @property
    def main(self) -> Colour:
        """The colour of the largest part."""
        return self.palette[0]

    @property
    def second(self) -> Colour:
        """The colour of trims, motifs or a second part."""
        return self.palette[1 % len(self.palette)]

    @property
    def accent(self) -> Colour:
        """The colour of small things: borders, buttons, thread."""
        return self.palette[2 % len(self.palette)]

    @property
    def extra(self) -> Colour:
        """A fourth colour, or the first again."""
        return self.palette[3 % len(self.palette)]

    @property
    def ink(self) -> Colour:
        """A colour to write with on paper: the palette's darkest, or plain ink when all are pale."""
        darkest = min(self.palette, key=brightness)
        return dark(darkest, 0.25) if brightness(darkest) < 0.45 else INK  # noqa: PLR2004 (readable on paper)
