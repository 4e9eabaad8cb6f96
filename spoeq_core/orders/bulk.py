"""The same step for many orders: which can take it, why the others cannot, and the job that does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from spoeq_core.jobs.model import Failure, Job, JobKind, Step
from spoeq_core.jobs.service import create_job
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.messages import message
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import LABELS, Order, OrderStatus
from spoeq_core.orders.service import change_status
from spoeq_core.shop import Shop

AT_A_STEP = 20
MOST = 5_000
"""Orders of one job."""


class Action(StrEnum):
    """What can be done with many orders at once."""

    PACK = "pack"
    SHIP = "ship"
    DELIVER = "deliver"
    CANCEL = "cancel"

    @property
    def status(self) -> OrderStatus:
        """Where it takes an order."""
        return _TARGETS[self]

    @property
    def permission(self) -> str:
        """What staff need for it."""
        return "orders.manage" if self is Action.CANCEL else "orders.fulfil"


_TARGETS = {
    Action.PACK: OrderStatus.PROCESSING,
    Action.SHIP: OrderStatus.SHIPPED,
    Action.DELIVER: OrderStatus.DELIVERED,
    Action.CANCEL: OrderStatus.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Refused:
    """An order that cannot take the step, and why: a word or two that several orders may share."""

    order: Order
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Which orders can take the step, and which cannot."""

    able: tuple[Order, ...]
    refused: tuple[Refused, ...]

    def reasons(self) -> dict[str, int]:
        """How many orders each reason keeps back, the commonest first."""
        counts: dict[str, int] = {}
        for item in self.refused:
            counts[item.reason] = counts.get(item.reason, 0) + 1
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def refusal(order: Order, action: Action) -> str:
    """Why the order cannot take the step; empty if it can."""
    if action.status in order.next_statuses():
        return ""
    if order.status is OrderStatus.PENDING_PAYMENT:
        return message("not paid")
    if action is Action.CANCEL and order.shipments:
        return message("already on its way")
    if order.status is action.status:
        return message("already: %(status)s", status=LABELS[order.status])
    return LABELS[order.status]


async def preview(shop: Shop, ids: Sequence[str], action: Action) -> Preview:
    """What a step would do to these orders, in the order given; ids that are no orders are left out."""
    found = await shop.repository(OrderRepository).find({"_id": {"$in": list(ids)[:MOST]}})
    by_id = {order.id: order for order in found}
    orders = [by_id[order_id] for order_id in dict.fromkeys(ids) if order_id in by_id]
    reasons = [(order, refusal(order, action)) for order in orders]
    return Preview(
        tuple(order for order, reason in reasons if not reason),
        tuple(Refused(order, reason) for order, reason in reasons if reason),
    )


async def start(
    shop: Shop, ids: Sequence[str], action: Action, *, title: str, note: str, actor_id: str, actor_name: str
) -> Job:
    """The job that takes these orders a step further; `note` goes into each timeline."""
    chosen = list(dict.fromkeys(ids))[:MOST]
    return await create_job(
        shop,
        KINDS[action],
        title=title,
        params={"ids": chosen, "action": action.value, "note": note},
        total=len(chosen),
        actor_id=actor_id,
        actor_name=actor_name,
    )


async def _step(shop: Shop, job: Job) -> Step:
    """Some more orders. One that is there already was taken there by this step before, or by somebody else: fine."""
    action = Action(job.params["action"])
    first = int(job.cursor.get("next", 0))
    ids = job.params["ids"][first : first + AT_A_STEP]
    found = await shop.repository(OrderRepository).find({"_id": {"$in": ids}})
    by_id = {order.id: order for order in found}
    failures = []
    for order_id in ids:
        order = by_id.get(order_id)
        reason = message("There is no such order.") if order is None else await _advance(shop, job, order, action)
        if reason:
            failures.append(Failure(order.number if order else order_id, reason))
    following = first + len(ids)
    return Step(len(ids), failures, {"next": following}, finished=following >= len(job.params["ids"]))


async def _advance(shop: Shop, job: Job, order: Order, action: Action) -> str:
    if order.status is action.status:
        return ""
    try:
        await change_status(shop, order.id, action.status, actor=job.actor_name, note=job.params["note"])
    except SpoeqError as error:
        return error.message
    return ""


KINDS = {action: JobKind(f"orders.{action.value}", _step, action.permission) for action in Action}
JOBS: tuple[JobKind, ...] = tuple(KINDS.values())
