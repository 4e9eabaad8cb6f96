"""Mail does what every channel to shoppers must do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from spoeq_core.notifications.model import Message
from spoeq_core.testing.providers import NotificationChannelContract
from spoeq_email.service import EmailChannel

from .conftest import MailServer

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


class TestEmail(NotificationChannelContract):
    @pytest.fixture
    def channel(self) -> EmailChannel:
        return EmailChannel()

    @pytest.fixture
    def sent(self, server: MailServer) -> Callable[[], Awaitable[int]]:
        async def count() -> int:
            return len(server.postman.taken)

        return count

    def message(self, key: str) -> Message:
        return Message(key, "order_confirmed", "asha@example.in", "", "Your order", "Dear Asha\n")
