"""How the offers of one phase meet: exclusive ones first, then lane by lane, competing or adding up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spoeq_core.kernel.messages import counted, message, sentences
from spoeq_core.kernel.money import round_ratio
from spoeq_core.pricing.model.allocation import allocate
from spoeq_core.pricing.model.promotions import Effect, Fixed, Lane, LaneMode, Offer, Percent, Reason

GIVES_NOTHING = Reason("gives_nothing", "There is nothing left that it could take off.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one offer.

    Args:
        offer: The offer.
        pieces: What it takes off, as (place, minor units above zero); empty if it lost.
        before: What the places it falls on cost before it, together.
        after: What they cost after it.
        lost: Why it gives nothing; None if it gives something.
        note: Why it gives less than it could have, if so.
    """

    offer: Offer
    pieces: tuple[tuple[int, int], ...]
    before: int
    after: int
    lost: Reason | None = None
    note: str = ""


class Contest:
    """The places of one phase, what each costs, and the verdicts on the offers made for them.

    Args:
        costs: What each place costs at the start of the phase, in minor units.
        floors: What each place must bring in.
        by_place: Whether each place is contested by itself (item phase) or all together (order phase).
    """

    def __init__(self, costs: Sequence[int], floors: Sequence[int], *, by_place: bool) -> None:
        self.costs = list(costs)
        self.verdicts: list[Verdict] = []
        self._floors = floors
        self._by_place = by_place

    def run(self, offers: Iterable[Offer], lanes: Iterable[Lane]) -> None:
        """Decides on all offers, which come by their rank."""
        left = self._without_excluded(list(offers))
        for lane in lanes:
            entered = [offer for offer in left if offer.adjustment.lane == lane.name]
            if lane.mode is LaneMode.BEST:
                self._give_best(entered)
            else:
                self._give_all(entered)

    def _without_excluded(self, offers: list[Offer]) -> list[Offer]:
        """The offers, each only where no exclusive one wins over it; an exclusive one only where it wins."""
        exclusive = [offer for offer in offers if offer.adjustment.exclusive]
        if not exclusive:
            return offers
        winners = self._winners([(offer, self._quote(offer, self.costs)) for offer in exclusive], priority_first=True)
        left = []
        for offer in offers:
            rival = None if not offer.adjustment.exclusive else offer
            places = tuple(place for place in offer.places if winners.get(self._arena(place)) is rival)
            if places:
                left.append(offer.only_on(places))
            else:
                self._lose(offer, self._excluded_by(offer, winners))
        return left

    def _excluded_by(self, offer: Offer, winners: dict[int, Offer]) -> Reason:
        labels = (winners[self._arena(p)].adjustment.label for p in offer.places if self._arena(p) in winners)
        label = next(labels, None)
        return (
            GIVES_NOTHING
            if label is None
            else Reason("not_combinable", message("It cannot be combined with “%(label)s”.", label=label))
        )

    def _give_best(self, offers: Sequence[Offer]) -> None:
        quotes = [(offer, self._quote(offer, self.costs)) for offer in offers]
        winners = self._winners(quotes, priority_first=False)
        for offer, pieces in quotes:
            won = [(place, amount) for place, amount in pieces if winners[self._arena(place)] is offer]
            if won:
                lost = len(pieces) - len(won)
                note = message("Others save more on %(lost)s of %(lines)s lines.", lost=lost, lines=len(pieces))
                self._give(offer, won, note=note if lost else "")
            elif pieces:
                label = winners[self._arena(pieces[0][0])].adjustment.label
                self._lose(offer, Reason("better_offer", message("“%(label)s” saves more.", label=label)))
            else:
                self._lose(offer, GIVES_NOTHING)

    def _give_all(self, offers: Sequence[Offer]) -> None:
        bases = list(self.costs)
        for offer in offers:
            pieces = self._quote(offer, bases)
            if pieces:
                self._give(offer, pieces)
            else:
                self._lose(offer, GIVES_NOTHING)

    def _winners(
        self, quotes: Iterable[tuple[Offer, list[tuple[int, int]]]], *, priority_first: bool
    ) -> dict[int, Offer]:
        """The best offer in each arena; of equal ones the one that ranks first, since the quotes come by rank."""
        best: dict[int, tuple[tuple[int, int], Offer]] = {}
        for offer, pieces in quotes:
            worth: dict[int, int] = {}
            for place, amount in pieces:
                arena = self._arena(place)
                worth[arena] = worth.get(arena, 0) + amount
            for arena, amount in worth.items():
                strength = (offer.adjustment.priority if priority_first else 0, amount)
                if arena not in best or strength > best[arena][0]:
                    best[arena] = (strength, offer)
        return {arena: offer for arena, (_, offer) in best.items()}

    def _arena(self, place: int) -> int:
        return place if self._by_place else 0

    def _quote(self, offer: Offer, bases: Sequence[int]) -> list[tuple[int, int]]:
        """What the offer takes off, place by place, never more than the place can still bear.

        A percentage is of the bases (what the earlier lanes left).
        """
        places, costs, floors = offer.places, self.costs, self._floors
        bears = [max(0, costs[place] - floors[place]) for place in places]
        cap, effect = offer.adjustment.max_amount, offer.adjustment.effect
        if self._by_place and not isinstance(effect, Fixed):
            amounts = list(map(min, _wanted(effect, [bases[place] for place in places]), bears))
            if cap is not None:
                amounts = allocate(cap, amounts)
        else:
            (wanted,) = _wanted(effect, [sum(bases[place] for place in places)])
            amounts = allocate(wanted if cap is None else min(wanted, cap), bears)
        return [(place, amount) for place, amount in zip(places, amounts, strict=True) if amount]

    def _cost_of(self, offer: Offer) -> int:
        return sum(self.costs[place] for place in offer.places)

    def _give(self, offer: Offer, pieces: list[tuple[int, int]], note: str = "") -> None:
        if offer.withheld:
            withheld = counted(
                "Not combined with an exclusive offer on one line.",
                "Not combined with an exclusive offer on %(n)s lines.",
                offer.withheld,
            )
            note = sentences([withheld, note]) if note else withheld
        before = self._cost_of(offer)
        for place, amount in pieces:
            self.costs[place] -= amount
        self.verdicts.append(Verdict(offer, tuple(pieces), before, self._cost_of(offer), note=note))

    def _lose(self, offer: Offer, why: Reason) -> None:
        cost = self._cost_of(offer)
        self.verdicts.append(Verdict(offer, (), cost, cost, lost=why))


def _wanted(effect: Effect, bases: Sequence[int]) -> list[int]:
    """What the effect takes off each of these bases, whatever they can bear; Free takes all."""
    if isinstance(effect, Percent):
        numerator, denominator = effect.rate.as_integer_ratio()
        whole = 100 * denominator
        return [round_ratio(base * numerator, whole) for base in bases]
    if isinstance(effect, Fixed):
        return [effect.amount] * len(bases)
    return list(bases)
