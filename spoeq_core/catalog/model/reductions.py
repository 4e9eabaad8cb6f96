"""What a piece costs for a while instead of its price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reduction:
    """A lower price of one variant, from the one moment until just before the other.

    Attributes:
        price: What a piece costs then, minor units.
        starts_at: The first moment of it.
        ends_at: The first moment after it.
        name: What shoppers read: "Winter sale".
    """

    price: int
    starts_at: datetime
    ends_at: datetime
    name: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.starts_at <= at < self.ends_at

    def seconds_left(self, at: datetime) -> float:
        """How long what it says at that moment stays true: until it begins, or ends; endless afterwards."""
        ahead = [moment for moment in (self.starts_at, self.ends_at) if moment > at]
        return (min(ahead) - at).total_seconds() if ahead else float("inf")
