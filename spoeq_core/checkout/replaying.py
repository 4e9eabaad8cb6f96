"""Past orders, priced again without a plugin and with it, or with other settings of it: what would it have changed?

Nothing changes: orders, carts, uses of codes and settings stay as they are. An order's cart is taken as it was frozen,
at its own time, with the delivery and the way to pay that were chosen; plugins look up what they need as it is now, so
that a code which has been used up since is used up here too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from spoeq_core.hooks.caller import HookError
from spoeq_core.hooks.rehearsing import rehearsal
from spoeq_core.jobs.model import Job, JobKind, Step
from spoeq_core.jobs.service import create_job
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.mongo import Document
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import Order
from spoeq_core.plugins.installed import configuration_of, require_installed
from spoeq_core.plugins.lifecycle import checked_settings
from spoeq_core.pricing.model import PricedCart
from spoeq_core.pricing.service import price_cart
from spoeq_core.shop import PluginSettings, Shop

S = TypeVar("S", bound=BaseModel)

MOST = 5_000
"""Orders of one replay."""
USUAL = 500
AT_A_STEP = 25
SHOWN = 50
"""Orders that a job keeps: those that would change most."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: a plugin, which need not be enabled, and its settings.

    Attributes:
        plugin: Its name.
        settings: Those that differ from what is stored, by field. None compares with a shop without the plugin; a
            mapping compares with the plugin as it is set now.
    """

    plugin: str
    settings: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One order, priced twice.

    Attributes:
        charged: What the buyer was asked for then; minor units, as all amounts here.
        before: The total without what is tried; None if it could not be priced.
        after: The total with it.
        why: What the plugin did in the second pricing: label and amount of each of its steps.
        error: Why it could not be priced.
    """

    order_id: str
    number: str
    placed_at: datetime
    currency: str
    charged: int
    before: int | None
    after: int | None
    why: tuple[tuple[str, int], ...] = ()
    error: str = ""

    @property
    def difference(self) -> int:
        """What the buyer would pay more (or less, below zero) with what is tried."""
        return self.after - self.before if self.before is not None and self.after is not None else 0


@dataclass(frozen=True, slots=True)
class _Settings:
    """The settings of a shop, but for those of one plugin."""

    stored: PluginSettings
    tried: BaseModel

    def of(self, model: type[S]) -> S:
        """What is tried, where it is of that model."""
        return self.tried if isinstance(self.tried, model) else self.stored.of(model)


async def replay(shop: Shop, trial: Trial, orders: int = USUAL) -> AsyncIterator[Replayed]:
    """The newest orders, each priced twice.

    Raises:
        NotFound: no such plugin is installed.
        Invalid: its settings would be refused.
    """
    sides, before, left = sides_of(shop, trial), "", min(orders, MOST)
    while left > 0 and (found := await _older_than(shop, before, min(left, AT_A_STEP))):
        for order in found:
            yield await _replayed(sides, trial, order)
        before, left = found[-1].id, left - len(found)


def sides_of(shop: Shop, trial: Trial) -> tuple[Shop, Shop]:
    """The shop without what is tried, and with it."""
    require_installed(configuration_of(shop), trial.plugin)
    enabled = shop.hooks.enabled
    having = replace(shop, hooks=rehearsal(shop.hooks, enabled | {trial.plugin}))
    if trial.settings is None:
        return replace(shop, hooks=rehearsal(shop.hooks, enabled - {trial.plugin})), having
    tried = checked_settings(shop, trial.plugin, trial.settings)
    return having, replace(having, configuration=_Settings(shop.configuration, tried))


async def start_replay(shop: Shop, trial: Trial, orders: int, *, title: str, actor_id: str, actor_name: str) -> Job:
    """The job that replays so many orders, and keeps those that would change most.

    Args:
        shop: The shop.
        trial: What is tried; its settings hold JSON values and no secret, for they are kept with the job.
        orders: How many of the newest.
        title: For people.
        actor_id: Who asks.
        actor_name: How they are called.

    Raises:
        NotFound: no such plugin is installed.
        Invalid: its settings would be refused.
    """
    sides_of(shop, trial)
    settings = None if trial.settings is None else dict(trial.settings)
    wanted = min(orders, MOST)
    there = await shop.repository(OrderRepository).count({"number": {"$exists": True}})
    return await create_job(
        shop,
        REPLAY,
        title=title,
        params={"plugin": trial.plugin, "settings": settings, "orders": wanted},
        total=min(wanted, there),
        actor_id=actor_id,
        actor_name=actor_name,
    )


async def replay_step(shop: Shop, job: Job) -> Step:
    """Some more orders of a job."""
    trial = Trial(job.params["plugin"], job.params["settings"])
    left = job.params["orders"] - job.done
    found = await _older_than(shop, job.cursor.get("before", ""), min(left, AT_A_STEP))
    sides = sides_of(shop, trial)
    done = [await _replayed(sides, trial, order) for order in found]
    over = len(found) == left or len(found) < AT_A_STEP
    cursor = {"before": found[-1].id} if found else dict(job.cursor)
    return Step(len(found), (), cursor, finished=over, result=summed(job.result, done))


def summed(result: Mapping[str, Any], done: Sequence[Replayed]) -> dict[str, Any]:
    """The sums of a job with these orders added, and the orders that would change most; those that failed lead."""
    priced = [one for one in done if not one.error]
    rows = [*result.get("rows", ()), *(_row(one) for one in done if one.error or one.difference)]
    return {
        "orders": result.get("orders", 0) + len(done),
        "changed": result.get("changed", 0) + sum(bool(one.difference) for one in done),
        "failed": result.get("failed", 0) + len(done) - len(priced),
        "before": result.get("before", 0) + sum(one.before or 0 for one in priced),
        "after": result.get("after", 0) + sum(one.after or 0 for one in priced),
        "rows": sorted(rows, key=lambda row: (not row["error"], -abs(row["difference"]), row["number"]))[:SHOWN],
    }


def _row(one: Replayed) -> dict[str, Any]:
    return {
        "id": one.order_id,
        "number": one.number,
        "at": one.placed_at.isoformat(),
        "currency": one.currency,
        "charged": one.charged,
        "before": one.before,
        "after": one.after,
        "difference": one.difference,
        "why": [list(step) for step in one.why],
        "error": one.error,
    }


async def _older_than(shop: Shop, order_id: str, limit: int) -> list[Order]:
    query: Document = {"number": {"$exists": True}} | ({"_id": {"$lt": order_id}} if order_id else {})
    return await shop.repository(OrderRepository).find(query, sort=[("_id", -1)], limit=limit)


async def _replayed(sides: tuple[Shop, Shop], trial: Trial, order: Order) -> Replayed:
    plain = Replayed(order.id, order.number, order.placed_at, order.currency, order.grand_total, None, None)
    try:
        cart = PricedCart.from_json(order.priced).cart
        before, after = [await price_cart(side, cart) for side in sides]
    except HookError as error:
        return replace(plain, error=f"{error.plugin}: {error}")
    except SpoeqError as error:
        return replace(plain, error=str(error))
    why = tuple(
        (step.label, step.output - step.input)
        for step in after.trace
        if step.plugin == trial.plugin and step.output != step.input
    )
    return replace(plain, before=before.totals.grand_total, after=after.totals.grand_total, why=why)


REPLAY = JobKind("plugins.replay", replay_step, "plugins.manage")
JOBS: tuple[JobKind, ...] = (REPLAY,)
