"""What plugins ask shoppers in the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["text", "flag", "choice"]
CheckoutSection = Literal["contact", "address", "delivery", "payment"]


@dataclass(frozen=True, slots=True)
class CheckoutField:
    """Something the checkout asks about the whole order: gift wrap, a note for the courier.

    Attributes:
        name: Lower case, digits and underscores; of two plugins with the same name the second is set aside at boot.
        label: For people, in English; the pages translate it, and orders keep it.
        kind: A `text`, a `flag` (given as "1", or left out), or a `choice` among `choices`.
        choices: Value and label of each choice, the labels in English.
        section: Where in the checkout it stands.
        max_length: The most characters of a text.
        pattern: A regular expression that the whole text must match.
        hint: For people, shown at the field.
        required: Whether nothing is sold without it.
        multiline: Whether a text may have several lines.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    section: CheckoutSection = "delivery"
    max_length: int = 200
    pattern: str = ""
    hint: str = ""
    required: bool = False
    multiline: bool = False
