"""The examination behind `spoeq doctor`: reads the whole database and checks what must always hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spoeq_core.checkout.invariants import check
from spoeq_core.checkout.reconcile import Healed, heal_everything
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: broken laws by name, deliveries that staff must look at, and what was healed before."""

    broken: tuple[str, ...]
    dead_letters: int = 0
    healed: Healed | None = None

    @property
    def healthy(self) -> bool:
        """Whether every law holds."""
        return not self.broken

    def lines(self) -> Iterator[str]:
        """The report for people."""
        if self.healed is not None:
            it = self.healed
            yield (
                f"Healed: {it.placements} placements, {it.changes} changes, {it.parcels} parcels, {it.carts} carts, "
                f"{it.holds} holds, {it.names} names."
            )
        yield from self.broken
        if self.dead_letters:
            yield f"{self.dead_letters} failed deliveries wait for staff (Admin > Dead letters)."
        yield "Every invariant holds." if self.healthy else f"{len(self.broken)} invariants are broken."


async def examine(shop: Shop, *, heal: bool = False) -> Report:
    """Check the laws of POLICIES.md over everything that is stored.

    Args:
        shop: The shop; it may be running.
        heal: First void placements that nobody will finish, and give back what was taken for them.
    """
    healed = await heal_everything(shop) if heal else None
    broken = [str(violation) for violation in await check(shop)]
    letters = await DeadLetters(shop.mongo, shop.clock).find(limit=1000)
    return Report(tuple(broken), len(letters), healed)
