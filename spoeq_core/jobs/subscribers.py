"""What jobs do by the clock: forget what ended long ago, for databases that do not do so by themselves."""

from __future__ import annotations

from spoeq_core.jobs.service import forget_old_jobs
from spoeq_core.kernel.tasks import Schedule

SCHEDULES: tuple[Schedule, ...] = (Schedule("jobs.forget", 3600.0, forget_old_jobs),)
