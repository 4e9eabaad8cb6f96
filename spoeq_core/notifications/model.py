"""A message to a shopper, and the port it goes out through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from spoeq_core.shop import Shop


@dataclass(frozen=True, slots=True)
class Message:
    """Rendered and ready to send.

    Attributes:
        key: The same for each attempt; a channel sends a key once.
        template: What it is about ("order_confirmed"), for channels with templates of their own.
        to_email: Address, or empty.
        to_phone: E.164 number, or empty.
        subject: One line.
        text: Plain text.
        html: The same as HTML, or empty.
        confidential: Whether it holds a link that opens an account: a channel keeps no copy that staff can read.
    """

    key: str
    template: str
    to_email: str
    to_phone: str
    subject: str
    text: str
    html: str = ""
    confidential: bool = False


class NotificationChannel(Protocol):
    """A way to reach people, contributed through `register_channels`."""

    name: str

    async def send(self, shop: Shop, message: Message) -> None:
        """Send it, once per key; nothing if the recipient cannot be reached this way. Raise to be retried."""
        ...
