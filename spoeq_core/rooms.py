"""The core's rooms, as boot needs them: their documents, subscribers and schedules."""

from __future__ import annotations

from odmantic import Model

from spoeq_core.audit.documents import EntryDocument
from spoeq_core.identity.documents import (
    CustomerDocument,
    EmailClaimDocument,
    PasswordResetDocument,
    SessionDocument,
    StaffDocument,
)
from spoeq_core.kernel.events import Subscription
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.plugins.documents import PluginStateDocument

DOCUMENTS: tuple[type[Model], ...] = (
    PluginStateDocument,
    EntryDocument,
    CustomerDocument,
    StaffDocument,
    EmailClaimDocument,
    SessionDocument,
    PasswordResetDocument,
)
SUBSCRIBERS: tuple[Subscription, ...] = ()
SCHEDULES: tuple[Schedule, ...] = ()
