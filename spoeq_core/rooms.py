"""The core's rooms, as boot needs them: their documents, subscribers and schedules."""

from __future__ import annotations

from odmantic import Model

from spoeq_core.kernel.events import Subscription
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.plugins.documents import PluginStateDocument

DOCUMENTS: tuple[type[Model], ...] = (PluginStateDocument,)
SUBSCRIBERS: tuple[Subscription, ...] = ()
SCHEDULES: tuple[Schedule, ...] = ()
