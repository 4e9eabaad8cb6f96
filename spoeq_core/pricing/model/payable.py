"""The last phase: the totals, what is added so that cash can pay them, and what became of every offer."""

from __future__ import annotations

from typing import Final

from spoeq_core.kernel.money import MAX_AMOUNT, round_ratio
from spoeq_core.pricing.model.priced import PricedCart, Totals, TraceStep, all_shares
from spoeq_core.pricing.model.promotions import Declined, Reason, folded
from spoeq_core.pricing.model.state import CORE, State, take_turn
from spoeq_core.pricing.model.values import InvalidCart, Phase

_UNKNOWN_CODE: Final = Reason("coupon_unknown", "No offer has this code.")


def finish(state: State) -> PricedCart:
    """The priced cart with its totals, rounded to what can be paid in cash where the cart says so.

    Raises:
        OutOfOrder: If tax was not applied yet.
        InvalidCart: If the total is larger than can be kept exactly.
    """
    take_turn(state, Phase.PAYABLE)
    view = state.view()
    tax = sum(tax.amount for share in all_shares(state.lines, state.shipping, state.fees) for tax in share.taxes)
    inclusive = state.cart.prices_include_tax
    fees = sum(fee.total for fee in state.fees)
    before_tax = view.goods_total + view.shipping_total + fees
    exact = before_tax if inclusive else before_tax + tax
    rounding = cash_rounding(exact, state.cart.cash_step)
    totals = Totals(
        items=view.items,
        discounts=view.discounts,
        shipping=view.shipping_total,
        fees=fees,
        tax=0 if inclusive else tax,
        tax_included=tax if inclusive else 0,
        grand_total=exact + rounding,
        rounding=rounding,
    )
    if max(totals.items, exact, totals.grand_total) > MAX_AMOUNT:
        raise InvalidCart("The cart's total is too large to be kept exactly.", hint="Order fewer pieces at once.")
    steps = [TraceStep(Phase.PAYABLE, CORE, "total", "To pay", before_tax, totals.grand_total)]
    if rounding:
        steps.insert(0, TraceStep(Phase.PAYABLE, CORE, "rounding", "Rounding", exact, totals.grand_total))
    return PricedCart(
        cart=state.cart,
        lines=state.lines,
        shipping=state.shipping,
        fees=state.fees,
        totals=totals,
        trace=(*state.trace, *steps),
        declined=_all_declined(state),
    )


def cash_rounding(exact: int, step: int) -> int:
    """What is added to a total so that it can be paid in cash: at most half a step, up or down, half away from zero.

    `cash_rounding(10049, 100)` is -49, `cash_rounding(10050, 100)` is 50, `cash_rounding(1203, 5)` is 2.

    Args:
        exact: The total in minor units, zero or more.
        step: The smallest amount of cash in minor units; 0 rounds nothing.
    """
    return round_ratio(exact, step) * step - exact if step else 0


def _all_declined(state: State) -> tuple[Declined, ...]:
    """Every refusal once: by plugins, by better offers (unless the code gave something), and of unknown codes."""
    charges = (state.shipping,) if state.shipping else ()
    given = {folded(discount.code) for part in (*state.lines, *charges) for discount in part.discounts if discount.code}
    beaten = [it for it in state.beaten if it.code and folded(it.code) not in given]
    answered = state.answered_codes
    unknown = [Declined("", _UNKNOWN_CODE, code) for code in state.cart.codes if folded(code) not in answered]
    return tuple(dict.fromkeys((*state.declined, *beaten, *unknown)))
