"""Goods on their way: parcels that are sent, and pieces that come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spoeq_core.orders.model.states import ReturnStatus


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: pieces by line id, who carries it, under which waybill (AWB).

    `location` is the code of the place that it left from; empty for the main one.
    """

    id: str
    items: Mapping[str, int]
    shipped_at: datetime
    carrier: str = ""
    awb: str = ""
    tracking_url: str = ""
    delivered_at: datetime | None = None
    location: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """Pieces by line id that the buyer wants to send back, and what became of it.

    `note` is what staff answered; of what was `received`, `restocked` went on the shelf again, `damaged` did not.
    `location` is the code of the place whose shelf that is; empty for the one that they were sent from.
    """

    id: str
    items: Mapping[str, int]
    at: datetime
    reason: str
    actor: str
    status: ReturnStatus = ReturnStatus.REQUESTED
    note: str = ""
    received: Mapping[str, int] = field(default_factory=dict)
    restocked: Mapping[str, int] = field(default_factory=dict)
    damaged: Mapping[str, int] = field(default_factory=dict)
    location: str = ""
