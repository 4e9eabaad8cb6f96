"""What carts do now and then."""

from __future__ import annotations

from spoeq_core.cart.abandoning import tell_abandoned
from spoeq_core.kernel.tasks import Schedule

EVERY = 300.0
SCHEDULES: tuple[Schedule, ...] = (Schedule("cart.tell_abandoned", EVERY, tell_abandoned),)
