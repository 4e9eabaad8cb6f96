"""The audit log: who did what to which thing. Entries are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing somebody did.

    Attributes:
        actor_id: Id of the account, or "system", or "cli" for the command line.
        actor_name: How they were called then.
        action: `<thing>.<verb in the past>`, as in "order.cancelled" or "plugin.disabled".
        target: Which thing, as in "order:01J…" or "plugin:coupons".
        detail: What else is worth knowing, JSON values; never secrets, tokens or card data.
        ip: Where it was done from.
    """

    id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    target: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    ip: str = ""
    version: int = 1
