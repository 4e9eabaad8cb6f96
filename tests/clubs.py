"""A plugin with segments of customers, whose answers tests set and break."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from spoeq_core.identity.model import Customer, Segment
from tests.shopping import plugin


@dataclass
class Club:
    """Who is in which of its segments.

    Attributes:
        name: The plugin's.
        members: Codes by e-mail address; `everybody` are those of the others.
        asked: The addresses that it was asked about.
        error: What it raises instead of an answer.
        hangs: Whether it never answers.
    """

    name: str = "club"
    members: dict[str, list[str]] = field(default_factory=dict)
    everybody: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    error: Exception | None = None
    hangs: bool = False

    @property
    def codes(self) -> list[str]:
        """All segments that somebody is in."""
        return sorted({code for codes in (*self.members.values(), self.everybody) for code in codes})

    async def works(self) -> None:
        """Fail or hang, if it shall."""
        if self.error:
            raise self.error
        if self.hangs:
            await asyncio.Event().wait()

    def module(self) -> ModuleType:
        """The plugin."""

        async def customer_segments(customer: Customer) -> Sequence[str]:
            self.asked.append(customer.email)
            await self.works()
            return self.members.get(customer.email, self.everybody)

        async def known_segments() -> Sequence[Segment]:
            await self.works()
            return [Segment(code, f"{code} of {self.name}") for code in self.codes]

        return plugin(self.name, customer_segments=customer_segments, known_segments=known_segments)
