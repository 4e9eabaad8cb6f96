"""How plugins fare: what this process asked them, and how that went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Calls:
    """How often a plugin was asked at a hook since the process began, how often it failed, and how long it took."""

    calls: int = 0
    errors: int = 0
    seconds: float = 0.0
