"""The engine: a cart goes through the phases one by one; answers are data, and only this does the arithmetic.

`start → apply(ITEM) → apply(ORDER) → apply(SHIPPING) → apply_tax → finish`; between two steps `State.view` is what
plugins are shown before they answer the next phase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from spoeq_core.pricing.model.lanes import Contest, Verdict
from spoeq_core.pricing.model.payable import finish
from spoeq_core.pricing.model.priced import (
    AppliedDiscount,
    AppliedSurcharge,
    PricedCart,
    PricedCharge,
    PricedLine,
    TraceStep,
    all_shares,
)
from spoeq_core.pricing.model.promotions import (
    DEFAULT_LANES,
    SURCHARGE_LANE,
    Adjustment,
    Answers,
    Declined,
    InvalidAdjustment,
    Lane,
    Offer,
    Reason,
    Surcharge,
    checked_offer,
    folded,
)
from spoeq_core.pricing.model.state import OutOfOrder, State, start, take_turn
from spoeq_core.pricing.model.tax import TaxAnswer, TaxShare, charge_shares, check_rates, goods_by_rates, taxed
from spoeq_core.pricing.model.values import Charge, Phase, PricingCart

_NO_SHIPPING: Final = "No shipping method is chosen yet."


def apply(state: State, phase: Phase, answers: Answers) -> State:
    """The state after one phase (item, order or shipping); the order of the answers does not matter.

    Raises:
        InvalidAdjustment: If an answer cannot be applied; it names the plugin and the rule.
        OutOfOrder: If it is not this phase's turn.
    """
    if phase not in _RUNS:
        raise OutOfOrder(f"Phase {phase} takes no adjustments.", hint="Give them in phase item, order or shipping.")
    take_turn(state, phase)
    offers, declined = _checked(state, phase, answers)
    codes = {answer.code for _, answer in answers if answer.code}
    state = replace(
        state,
        turn=_AFTER[phase],
        declined=(*state.declined, *(answer for _, answer in declined)),
        answered_codes=state.answered_codes | {folded(code) for code in codes},
    )
    state = _RUNS[phase](state, offers)
    refused = [TraceStep(phase, who, it.rule, it.code or it.rule, 0, 0, it.reason.message) for who, it in declined]
    return replace(state, trace=(*state.trace, *refused))


def apply_tax(state: State, answer: TaxAnswer | None, plugin: str = "tax") -> State:
    """The state with the tax of every line on its discounted total, and of shipping and fees by the goods' rates.

    Args:
        state: The state after the shipping phase.
        answer: Component rates of every line, and of the charges if they have their own; None without tax.
        plugin: Who answered.

    Raises:
        InvalidTax: If lines are missing or unknown, or a rate is no percentage.
        OutOfOrder: If it is not the tax phase's turn.
    """
    take_turn(state, Phase.TAX)
    ids = [line.line.id for line in state.lines]
    answer = TaxAnswer(dict.fromkeys(ids, ())) if answer is None else answer
    rates = check_rates(answer, ids, plugin)
    inclusive = state.cart.prices_include_tax
    goods = goods_by_rates((rates[line.line.id], line.total, line.subtotal) for line in state.lines)
    own = answer.charge_rates

    def with_shares(charge: PricedCharge) -> PricedCharge:
        if own is not None:
            return replace(charge, shares=(taxed(charge.total, own, inclusive=inclusive),))
        return replace(charge, shares=charge_shares(charge.total, goods, inclusive=inclusive))

    shares = (taxed(line.total, rates[line.line.id], inclusive=inclusive) for line in state.lines)
    lines = tuple(
        replace(line, taxable=share.taxable, taxes=share.taxes) for line, share in zip(state.lines, shares, strict=True)
    )
    shipping = with_shares(state.shipping) if state.shipping else None
    fees = tuple(with_shares(fee) for fee in state.fees)
    steps = (
        *(_charge_step(Phase.TAX, fee.charge) for fee in fees),
        *_tax_steps(all_shares(lines, shipping, fees), plugin, inclusive=inclusive),
    )
    return replace(state, turn=Phase.PAYABLE, lines=lines, shipping=shipping, fees=fees, trace=(*state.trace, *steps))


def price(
    cart: PricingCart,
    answers: Mapping[Phase, Answers] | None = None,
    tax: TaxAnswer | None = None,
    lanes: tuple[Lane, ...] = DEFAULT_LANES,
) -> PricedCart:
    """All phases at once, for answers that are already known; raises what the phases raise."""
    state = start(cart, lanes)
    known = answers or {}
    for phase in _RUNS:
        state = apply(state, phase, known.get(phase, ()))
    return finish(apply_tax(state, tax))


def _checked(state: State, phase: Phase, answers: Answers) -> tuple[list[Offer], list[tuple[str, Declined]]]:
    """The answers as offers and refusals, each in an order that does not depend on who answered first."""
    places = {line.line.id: place for place, line in enumerate(state.lines)}
    lanes = [lane.name for lane in state.lanes]
    offers, declined = [], []
    for plugin, answer in answers:
        match answer:
            case Adjustment():
                offers.append(checked_offer(plugin, answer, phase, places, lanes, state.cart.currency))
            case Declined(rule=str(), reason=Reason(code=str(), message=str()), code=str() | None):
                declined.append((plugin, answer))
            case _:
                raise InvalidAdjustment(
                    plugin, str(getattr(answer, "rule", "?")), f"it answered {answer!r}", hint="Return an Adjustment."
                )
    offers.sort(key=lambda offer: offer.rank)
    declined.sort(key=lambda pair: (pair[0], repr(pair[1])))
    return offers, declined


def _run_items(state: State, offers: list[Offer]) -> State:
    extra = [offer for offer in offers if offer.adjustment.lane == SURCHARGE_LANE]
    state = _with_surcharges(state, extra)
    return _discount_lines(state, Phase.ITEM, [offer for offer in offers if offer.adjustment.lane != SURCHARGE_LANE])


def _run_order(state: State, offers: list[Offer]) -> State:
    return _discount_lines(state, Phase.ORDER, offers)


def _run_shipping(state: State, offers: list[Offer]) -> State:
    shipping = state.shipping
    if not shipping:
        steps = [_step(Phase.SHIPPING, offer, 0, 0, _NO_SHIPPING) for offer in offers]
        return replace(state, trace=(*state.trace, *steps))
    contest = Contest([shipping.total], [0], by_place=False)
    contest.run(offers, state.lanes)
    discounts = tuple(_by_place(contest.verdicts).get(0, ()))
    state = replace(
        state,
        shipping=replace(shipping, total=contest.costs[0], discounts=discounts),
        trace=(*state.trace, _charge_step(Phase.SHIPPING, shipping.charge)),
    )
    return _recorded(state, Phase.SHIPPING, contest.verdicts)


def _discount_lines(state: State, phase: Phase, offers: list[Offer]) -> State:
    contest = Contest(
        [line.total for line in state.lines], [line.floor for line in state.lines], by_place=phase is Phase.ITEM
    )
    contest.run(offers, state.lanes)
    lines = list(state.lines)
    for place, discounts in _by_place(contest.verdicts).items():
        cost, line = contest.costs[place], lines[place]
        lines[place] = replace(line, total=cost, taxable=cost, discounts=(*line.discounts, *discounts))
    return _recorded(replace(state, lines=tuple(lines)), phase, contest.verdicts)


def _with_surcharges(state: State, offers: list[Offer]) -> State:
    lines, steps = list(state.lines), []
    for offer in offers:
        before = sum(lines[place].total for place in offer.places)
        for place in offer.places:
            lines[place] = _surcharged(lines[place], offer)
        after = sum(lines[place].total for place in offer.places)
        steps.append(_step(Phase.ITEM, offer, before, after))
    return replace(state, lines=tuple(lines), trace=(*state.trace, *steps))


def _surcharged(line: PricedLine, offer: Offer) -> PricedLine:
    mine, effect = offer.adjustment, offer.adjustment.effect
    per_unit = effect.per_unit if isinstance(effect, Surcharge) else 0
    added = AppliedSurcharge(offer.plugin, mine.rule, mine.label, per_unit, per_unit * line.line.quantity)
    price = line.subtotal + added.amount
    return replace(line, subtotal=price, total=price, taxable=price, surcharges=(*line.surcharges, added))


def _by_place(verdicts: Iterable[Verdict]) -> dict[int, list[AppliedDiscount]]:
    found: dict[int, list[AppliedDiscount]] = {}
    for verdict in verdicts:
        mine = verdict.offer.adjustment
        for place, amount in verdict.pieces:
            discount = AppliedDiscount(verdict.offer.plugin, mine.rule, mine.label, amount, mine.code)
            found.setdefault(place, []).append(discount)
    return found


def _recorded(state: State, phase: Phase, verdicts: Iterable[Verdict]) -> State:
    """The state with the verdicts in its trace, and the coupon codes that lost, and to what."""
    steps, beaten = [], []
    for verdict in verdicts:
        mine, lost = verdict.offer.adjustment, verdict.lost
        note = lost.message if lost else verdict.note
        steps.append(_step(phase, verdict.offer, verdict.before, verdict.after, note))
        if lost and mine.code:
            beaten.append(Declined(mine.rule, lost, mine.code))
    return replace(state, trace=(*state.trace, *steps), beaten=(*state.beaten, *beaten))


def _step(phase: Phase, offer: Offer, before: int, after: int, note: str = "") -> TraceStep:
    return TraceStep(phase, offer.plugin, offer.adjustment.rule, offer.adjustment.label, before, after, note)


def _charge_step(phase: Phase, charge: Charge) -> TraceStep:
    return TraceStep(phase, charge.plugin, charge.id, charge.label, 0, charge.amount)


def _tax_steps(shares: Iterable[TaxShare], plugin: str, *, inclusive: bool) -> list[TraceStep]:
    """One step a component: on which value without tax, how much."""
    sums: dict[tuple[str, Decimal], tuple[int, int]] = {}
    for share in shares:
        for tax in share.taxes:
            taxable, amount = sums.get((tax.name, tax.rate), (0, 0))
            sums[tax.name, tax.rate] = (taxable + share.taxable, amount + tax.amount)
    note = "Contained in the prices." if inclusive else "Added to the prices."
    return [
        TraceStep(Phase.TAX, plugin, name, f"{name} {rate.normalize():f} %", taxable, amount, note)
        for (name, rate), (taxable, amount) in sums.items()
    ]


_RUNS: Final[dict[Phase, Callable[[State, list[Offer]], State]]] = {
    Phase.ITEM: _run_items,
    Phase.ORDER: _run_order,
    Phase.SHIPPING: _run_shipping,
}
_AFTER: Final = {Phase.ITEM: Phase.ORDER, Phase.ORDER: Phase.SHIPPING, Phase.SHIPPING: Phase.TAX}
