"""Papers, what wrapping costs, and what is to be wrapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from spoeq_core.sdk import Adjustment, OnLines, PricingCart, Surcharge, message

FIELD = "gift_wrap"
MESSAGE = "gift_message"
LONGEST = 200
PAPERS = (("red", message("Red paper with gold print")), ("plain", message("Plain brown paper and twine")))


class State(StrEnum):
    """Whether the paper is round it."""

    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Wrap:
    """An order to wrap; `id` is the order's, `pieces` how many it holds."""

    id: str
    number: str
    paper: str
    pieces: int
    at: datetime
    state: State = State.WAITING
    version: int = 1


class GiftProduct(BaseModel):
    """Whether shoppers may add a message to this product."""

    gift_message: bool = Field(
        default=False, title="Takes a gift message", description="Shoppers may write a card that goes into the parcel."
    )


def surcharges(cart: PricingCart, facts: Mapping[str, Any]) -> Sequence[Adjustment]:
    """What wrapping costs: the price for each piece of each line, if a paper was chosen."""
    if not cart.fields.get(FIELD) or not cart.lines or not facts.get("price"):
        return []
    every = OnLines(tuple(line.id for line in cart.lines))
    return [Adjustment("wrap", "Gift wrap", every, Surcharge(facts["price"]), lane="surcharge")]
