"""What the checkout does by the clock: heal what crashes left, end what nobody pays, forget what has expired."""

from __future__ import annotations

from spoeq_core.checkout.expiry import expire_unpaid
from spoeq_core.checkout.reconcile import forget_expired, heal
from spoeq_core.kernel.tasks import Schedule

HEAL_EVERY = 30.0
EXPIRE_EVERY = 60.0
FORGET_EVERY = 3600.0

SCHEDULES: tuple[Schedule, ...] = (
    Schedule("checkout.heal", HEAL_EVERY, heal),
    Schedule("checkout.expire_unpaid", EXPIRE_EVERY, expire_unpaid),
    Schedule("checkout.forget_expired", FORGET_EVERY, forget_expired),
)
