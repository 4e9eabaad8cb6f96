"""A cart between two phases, and what plugins are shown of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.pricing.model.priced import PricedCharge, PricedLine, TraceStep
from spoeq_core.pricing.model.promotions import DEFAULT_LANES, Declined, Lane
from spoeq_core.pricing.model.values import InvalidCart, Phase, PricingCart

CORE: Final = "core"


class OutOfOrder(SpoeqError):
    """A phase was applied twice, or before its turn."""

    code = "pricing_out_of_order"


@dataclass(frozen=True, slots=True)
class CartView:
    """The cart as priced so far: what plugins see when they are asked in a phase."""

    cart: PricingCart
    lines: tuple[PricedLine, ...]
    shipping: PricedCharge | None
    fees: tuple[PricedCharge, ...]

    @property
    def items(self) -> int:
        """Sum of the line subtotals, before discounts."""
        return sum(line.subtotal for line in self.lines)

    @property
    def discounts(self) -> int:
        """What the lines were given off so far."""
        return sum(line.discount for line in self.lines)

    @property
    def goods_total(self) -> int:
        """Sum of the discounted line totals."""
        return sum(line.total for line in self.lines)

    @property
    def shipping_total(self) -> int:
        """Shipping as discounted so far; 0 while none is chosen."""
        return self.shipping.total if self.shipping else 0


@dataclass(frozen=True, slots=True)
class State:
    """A cart between two phases. `turn` is the phase that comes next."""

    cart: PricingCart
    lanes: tuple[Lane, ...]
    turn: Phase
    lines: tuple[PricedLine, ...]
    shipping: PricedCharge | None
    fees: tuple[PricedCharge, ...]
    trace: tuple[TraceStep, ...]
    declined: tuple[Declined, ...] = ()
    beaten: tuple[Declined, ...] = ()
    answered_codes: frozenset[str] = frozenset()

    def view(self) -> CartView:
        """The cart as priced so far."""
        return CartView(self.cart, self.lines, self.shipping, self.fees)


def start(cart: PricingCart, lanes: tuple[Lane, ...] = DEFAULT_LANES) -> State:
    """The cart at list prices, before any phase.

    Args:
        cart: The cart.
        lanes: The shop's lanes; they run by `order`, whatever their order here.

    Raises:
        InvalidCart: If the cart cannot be priced, or two lanes have one name.
        UnknownCurrency: If ISO 4217 does not list its currency.
    """
    cart.check()
    if len({lane.name for lane in lanes}) < len(lanes):
        raise InvalidCart("Two pricing lanes have the same name.", hint="Name each lane once.")
    prices = [line.quantity * line.unit_price for line in cart.lines]
    return State(
        cart=cart,
        lanes=tuple(sorted(lanes, key=lambda lane: (lane.order, lane.name))),
        turn=Phase.ITEM,
        lines=tuple(PricedLine(line, price, price, price) for line, price in zip(cart.lines, prices, strict=True)),
        shipping=PricedCharge(cart.shipping, cart.shipping.amount) if cart.shipping else None,
        fees=tuple(PricedCharge(fee, fee.amount) for fee in cart.fees),
        trace=(TraceStep(Phase.ITEM, CORE, "list", "Prices", 0, sum(prices)),),
    )


def take_turn(state: State, phase: Phase) -> None:
    """Refuses a phase that is not next.

    Raises:
        OutOfOrder: If another phase is.
    """
    if phase is not state.turn:
        raise OutOfOrder(
            f"Phase {phase} was applied when {state.turn} was next.",
            hint="Apply item, order and shipping, then the tax, then finish; each once.",
        )
