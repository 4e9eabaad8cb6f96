"""What imports do by the clock: remove the files of those that nobody carried out."""

from __future__ import annotations

from spoeq_core.bulk.service import APPLY, CHECK, remove_old_files
from spoeq_core.jobs.model import JobKind
from spoeq_core.kernel.tasks import Schedule

SCHEDULES: tuple[Schedule, ...] = (Schedule("bulk.remove_old_files", 3600.0, remove_old_files),)
JOBS: tuple[JobKind, ...] = (CHECK, APPLY)
