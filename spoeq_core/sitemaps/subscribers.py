"""What is done by the clock: the sitemap is built daily."""

from __future__ import annotations

from spoeq_core.kernel.tasks import Schedule
from spoeq_core.sitemaps.service import build_if_due

LOOK_EVERY = 3600.0

SCHEDULES: tuple[Schedule, ...] = (Schedule("sitemaps.build_if_due", LOOK_EVERY, build_if_due),)
