"""A real SMTP server on loopback, and a running shop that mails through it."""

from __future__ import annotations

import socket
from asyncio import AbstractServer
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from spoeq_core.kernel.clock import FixedClock
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp, app_with
from spoeq_core.testing.shops import shop_with
from spoeq_email import plugin as email
from tests.shopping import CommandCounter, delivery, door, stock_up

PATIENCE = 60
USER, PASSWORD = "shop", "kokum sherbet at noon"


@dataclass
class Postman:
    """What the server says to a recipient, and the mails that it took."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept the recipient, or refuse as told."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail."""
        content = cast(bytes, envelope.content)
        self.taken.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
        self.senders.append(str(envelope.mail_from))
        self.encrypted.append(session.ssl is not None)
        return "250 taken"


def knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """Whether name and password are right. `handled=False`: the server itself answers 535."""
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that runs: its port and its postman."""

    port: int
    postman: Postman


class Listening(Controller):
    """It takes a free port as it begins to listen, so that nobody else can be faster."""

    def _create_server(self) -> Coroutine[Any, Any, AbstractServer]:
        listening = socket.create_server((self.hostname, 0))
        self.port = listening.getsockname()[1]
        return self.loop.create_server(self._factory_invoker, sock=listening, ssl=self.ssl_context)


Serve = Callable[..., MailServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, which stop after the test."""
    running: list[Controller] = []

    def start(**options: Any) -> MailServer:
        postman = Postman()
        given = {"authenticator": knows, "auth_required": True, "auth_require_tls": False, **options}
        controller = Listening(postman, hostname="127.0.0.1", ready_timeout=PATIENCE, **given)
        controller.start()
        running.append(controller)
        return MailServer(controller.port, postman)

    yield start
    for controller in running:
        controller.stop()


@pytest.fixture
def server(serve: Serve) -> MailServer:
    return serve()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))


def smtp(server: MailServer, **changes: Any) -> dict[str, Any]:
    """Settings that send through the server."""
    return {
        "delivery": "smtp",
        "from_address": "orders@neel.example",
        "from_name": "Neel & Sons",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": USER,
        "password": PASSWORD,
        "timeout_seconds": PATIENCE,
        **changes,
    }


@pytest.fixture
def counter() -> CommandCounter:
    return CommandCounter()


@pytest.fixture
async def shop(
    servers: tuple[str, str], tmp_path: Path, clock: FixedClock, server: MailServer, counter: CommandCounter
) -> AsyncIterator[Shop]:
    """A shop that sends through the server."""
    plugins = delivery(), door(), email
    async with shop_with(*plugins, servers=servers, data_dir=tmp_path, clock=clock, listeners=[counter]) as opened:
        await stock_up(opened)
        await save_settings(opened, "email", smtp(server))
        yield opened


@pytest.fixture
async def running(servers: tuple[str, str], tmp_path: Path, clock: FixedClock) -> AsyncIterator[RunningApp]:
    """A running shop whose mail stays in the inbox."""
    async with app_with(delivery(), door(), email, servers=servers, data_dir=tmp_path, clock=clock) as app:
        await stock_up(app.shop)
        yield app
