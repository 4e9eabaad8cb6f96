"""What plugins may answer while a cart is priced: adjustments as data, on which the core does all arithmetic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.pricing.model.values import Phase

SURCHARGE_LANE: Final = "surcharge"
_MOST_PERCENT: Final = 100


class InvalidAdjustment(SpoeqError):
    """An answer that cannot be applied. Prices fail closed: the checkout is refused, naming `plugin` and `rule`."""

    code = "invalid_adjustment"

    def __init__(self, plugin: str, rule: str, why: str, *, hint: str) -> None:
        super().__init__(f"Plugin {plugin!r}, rule {rule!r}: {why}.", hint=hint)
        self.plugin = plugin
        self.rule = rule


class LaneMode(StrEnum):
    """How the answers of one lane meet: only the best is given, or all of them."""

    BEST = "best"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Lane:
    """A group of promotions. Lanes run by `order`; a percentage is of what the earlier lanes left."""

    name: str
    mode: LaneMode
    order: int


DEFAULT_LANES: Final = (
    Lane(SURCHARGE_LANE, LaneMode.SUM, 0),
    Lane("catalog", LaneMode.BEST, 10),
    Lane("promotion", LaneMode.BEST, 20),
    Lane("coupon", LaneMode.SUM, 30),
)


@dataclass(frozen=True, slots=True)
class Percent:
    """A discount of 0 to 100 percent."""

    rate: Decimal


@dataclass(frozen=True, slots=True)
class Fixed:
    """A discount of so many minor units, over all lines of the target together."""

    amount: int


@dataclass(frozen=True, slots=True)
class Free:
    """A discount of everything: free shipping, a free gift."""


@dataclass(frozen=True, slots=True)
class Surcharge:
    """An extra price of so many minor units a piece, such as an engraving; part of the line's subtotal."""

    per_unit: int


Effect = Percent | Fixed | Free | Surcharge


@dataclass(frozen=True, slots=True)
class OnLines:
    """These lines of the cart, by id."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnOrder:
    """All lines together."""


@dataclass(frozen=True, slots=True)
class OnShipping:
    """The shipping charge."""


Target = OnLines | OnOrder | OnShipping
_TARGETS: Final[dict[Phase, tuple[type[Target], ...]]] = {
    Phase.ITEM: (OnLines,),
    Phase.ORDER: (OnOrder, OnLines),
    Phase.SHIPPING: (OnShipping,),
}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A promotion or surcharge that applies, as a plugin answers it in one phase.

    In the item phase (target: lines) a percentage is rounded line by line. In the order phase (target: the order, or
    some lines of it) it is computed on the sum and allocated over the lines. In the shipping phase the target is the
    shipping.

    Args:
        rule: Stable id of the rule in its plugin.
        label: What the shopper reads beside the discount.
        target: What it falls on.
        effect: What it gives.
        lane: Name of the lane in which it competes or adds up; surcharges have their own.
        priority: Greater wins among exclusive ones and breaks ties.
        exclusive: Wins alone: no other discount of the same phase is given, in any lane (in the item phase: on the
            same lines). Surcharges stay, and so does what other phases give.
        code: The coupon code that brought it, if any.
        max_amount: The most it gives over its whole target, in minor units.
        currency: The currency its amounts are in; None for the cart's own.
    """

    rule: str
    label: str
    target: Target
    effect: Effect
    lane: str = "promotion"
    priority: int = 0
    exclusive: bool = False
    code: str | None = None
    max_amount: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not given: a stable `code` (coupon_expired) and a sentence for the shopper."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Declined:
    """A promotion that does not apply, and why; with a `code` the shopper is told.

    `waits` says that it only waits for a choice that is made later (the way to pay): its code may lie in the cart.
    """

    rule: str
    reason: Reason
    code: str | None = None
    waits: bool = False


Answers = Sequence[tuple[str, Adjustment | Declined]]
"""What was collected in one phase: (plugin, answer) pairs in any order."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked adjustment: who made it, and the places in the cart of the lines it falls on, in cart order.

    `withheld` counts the places it lost to exclusive offers.
    """

    plugin: str
    adjustment: Adjustment
    places: tuple[int, ...]
    withheld: int = 0

    def only_on(self, places: tuple[int, ...]) -> Offer:
        """The same offer on some of its places."""
        return replace(self, places=places, withheld=len(self.places) - len(places))

    @property
    def rank(self) -> tuple[object, ...]:
        """A total order over offers that does not depend on who answered first: the greater priority first."""
        mine = self.adjustment
        cap = -1 if mine.max_amount is None else mine.max_amount
        terms = (repr(mine.effect), self.places, cap, mine.exclusive, mine.code or "", mine.label)
        return (-mine.priority, self.plugin, mine.rule, *terms)


def folded(code: str) -> str:
    """A code as it is compared: whatever its case and surrounding space."""
    return code.strip().casefold()


def checked_offer(
    plugin: str, answer: Adjustment, phase: Phase, places: Mapping[str, int], lanes: Collection[str], currency: str
) -> Offer:
    """The answer as an offer on places of the cart.

    Args:
        plugin: Who answered.
        answer: What it answered.
        phase: The phase it was asked in.
        places: Place of each line by its id.
        lanes: Names of the shop's lanes.
        currency: The cart's currency.

    Raises:
        InvalidAdjustment: If anything in it has the wrong type, range, target, lane or currency.
    """
    if problem := _wrong_type(answer) or _wrong_place(answer, phase, lanes, currency) or _wrong_amount(answer.effect):
        why, hint = problem
        raise InvalidAdjustment(plugin, str(answer.rule), why, hint=hint)
    target = answer.target
    if not isinstance(target, OnLines):
        return Offer(plugin, answer, tuple(places.values()) if isinstance(target, OnOrder) else (0,))
    try:
        return Offer(plugin, answer, tuple(sorted({places[line_id] for line_id in target.ids})))
    except (KeyError, TypeError) as missing:
        why = f"its lines are not in the cart ({missing})"
        raise InvalidAdjustment(plugin, answer.rule, why, hint="Target only lines of the cart in question.") from None


Problem = tuple[str, str]


def _wrong_type(answer: Adjustment) -> Problem | None:
    texts: dict[str, object] = {"rule": answer.rule, "label": answer.label, "lane": answer.lane}
    for name, text in texts.items():
        if not isinstance(text, str) or not text:
            return f"{name} is {text!r}", f"Give {name} as a text."
    code: object = answer.code
    if not isinstance(code, str | None):
        return f"code is {code!r}", "Give the coupon code as a text, or None."
    if type(answer.priority) is not int or type(answer.exclusive) is not bool:
        return f"priority is {answer.priority!r}, exclusive {answer.exclusive!r}", "Give an integer and a bool."
    cap = answer.max_amount
    if cap is not None and (type(cap) is not int or cap < 0):
        return f"max_amount is {cap!r}", "Give minor units, zero or more, or None."
    return None


def _wrong_place(answer: Adjustment, phase: Phase, lanes: Collection[str], currency: str) -> Problem | None:
    allowed = _TARGETS.get(phase, ())
    if not isinstance(answer.target, allowed):
        names = " or ".join(kind.__name__ for kind in allowed) or "nothing"
        return f"its target in phase {phase} is {answer.target!r}", f"Target {names}."
    if answer.lane not in lanes:
        return f"there is no lane {answer.lane!r}", f"Use one of {sorted(lanes)}."
    surcharge = isinstance(answer.effect, Surcharge)
    if surcharge is not (answer.lane == SURCHARGE_LANE) or (surcharge and phase is not Phase.ITEM):
        return (
            f"its effect {answer.effect!r} is in lane {answer.lane!r} in phase {phase}",
            f"Give surcharges, and nothing else, in lane {SURCHARGE_LANE!r} of phase {Phase.ITEM}.",
        )
    if answer.currency not in (None, currency):
        return f"its amounts are in {answer.currency!r}", f"The cart is in {currency}: do not answer."
    return None


def _wrong_amount(effect: Effect) -> Problem | None:
    match effect:
        case Percent(rate=Decimal() as rate) if rate.is_finite() and 0 <= rate <= _MOST_PERCENT:
            return None
        case Fixed(amount=int(amount)) | Surcharge(per_unit=int(amount)) if type(amount) is int and amount >= 0:
            return None
        case Free():
            return None
    return f"its effect is {effect!r}", "Give a Decimal of 0 to 100 percent, minor units of zero or more, or Free."
