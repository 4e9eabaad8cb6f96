"""What sales tell."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.sdk import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleChanged(Event):
    """A sale was made, changed or deleted: prices follow."""

    sale_id: str
