"""Channels by which shoppers are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec

if TYPE_CHECKING:
    from spoeq_core.notifications.model import NotificationChannel


@hookspec
def register_channels() -> Sequence[NotificationChannel] | None:
    """Channels (mail, SMS, push) that messages go out through; each decides whether it can reach the recipient."""
