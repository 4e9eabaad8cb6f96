"""A channel in memory, for tests of those who write to people: it sends a key once, and can be told to fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

from spoeq_core.notifications.model import Message
from spoeq_core.shop import Shop
from tests.shopping import plugin


@dataclass
class Postbox:
    """Keeps what was sent, by its key."""

    name: str = "postbox"
    letters: dict[str, Message] = field(default_factory=dict)
    tries: int = 0
    failing: bool = False

    async def send(self, shop: Shop, message: Message) -> None:
        """Keep it."""
        del shop
        self.tries += 1
        if self.failing:
            raise ConnectionError("the server hung up")
        self.letters.setdefault(message.key, message)

    @property
    def told(self) -> list[str]:
        """Who got something."""
        return sorted(letter.to_email for letter in self.letters.values())

    def about(self, template: str) -> list[Message]:
        """The letters of a template."""
        return [letter for letter in self.letters.values() if letter.template == template]


def post(postbox: Postbox) -> ModuleType:
    """The plugin that brings the postbox."""

    def register_channels() -> Sequence[Postbox]:
        return [postbox]

    return plugin("post", register_channels=register_channels)
