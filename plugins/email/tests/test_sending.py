"""Mail over SMTP, as a real server receives and refuses it."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from pathlib import Path

import aiosmtplib
import pytest

from spoeq_core.identity import service as identity
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.outbox import DeadLetters
from spoeq_core.notifications.model import Message
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import deliver_all, relay_of
from spoeq_email.documents import MailRepository
from spoeq_email.model import LEASE, WITHHELD, compose, message_id
from spoeq_email.plugin import health_report
from spoeq_email.service import EmailChannel, find_mail, recent_mails
from tests.shopping import buy, guest

from .certificates import server_context, write_certificate
from .conftest import PASSWORD, MailServer, Serve, smtp

# The server of these tests listens on loopback only; its library warns of passwords that others could read.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

AT = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
BUYER = "asha@example.in"
MESSAGE = Message("event:told:email", "order_confirmed", BUYER, "", "Your order नील-1", "Dear Asha\n", "<p>Dear</p>")


async def send(shop: Shop, message: Message = MESSAGE) -> None:
    await EmailChannel().send(shop, message)


async def test_a_server_receives_the_whole_mail(shop: Shop, server: MailServer):
    await send(shop)
    (mail,) = server.postman.taken
    assert server.postman.senders == ["orders@neel.example"]
    assert mail["From"] == "Neel & Sons <orders@neel.example>"
    assert (mail["To"], mail["Subject"]) == (BUYER, "Your order नील-1")
    assert mail["Message-ID"] == message_id(MESSAGE.key, "neel.example")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT
    parts = {part.get_content_type(): part.get_content().strip() for part in mail.walk() if not part.is_multipart()}
    assert parts == {"text/plain": "Dear Asha", "text/html": "<p>Dear</p>"}
    assert (await find_mail(shop, MESSAGE.key)).state == "sent"


async def test_a_mail_without_html_is_plain_text(shop: Shop, server: MailServer):
    await send(shop, replace(MESSAGE, html=""))
    (mail,) = server.postman.taken
    assert mail.get_content_type() == "text/plain"


async def test_whoever_has_no_address_is_sent_nothing(shop: Shop, server: MailServer):
    await send(shop, replace(MESSAGE, to_email=""))
    assert server.postman.taken == []


async def test_a_repeated_message_goes_out_once(shop: Shop, server: MailServer):
    await send(shop)
    await send(shop)
    assert len(server.postman.taken) == 1


async def test_two_processes_with_the_same_message_send_it_once(shop: Shop, server: MailServer):
    outcomes = await asyncio.gather(*(send(shop) for _ in range(8)), return_exceptions=True)
    assert len(server.postman.taken) == 1
    assert {type(outcome) for outcome in outcomes} <= {type(None), Unavailable}


async def test_a_claim_that_a_killed_process_left_lapses_and_the_mail_keeps_its_id(
    shop: Shop, server: MailServer, clock: FixedClock
):
    await send(shop)
    mails = shop.repository(MailRepository)
    noted = await mails.get(MESSAGE.key)
    await mails.save(replace(noted, state="sending"))  # as after a kill between the server's answer and the note
    with pytest.raises(Unavailable, match="another process"):
        await send(shop)
    clock.forward(LEASE)
    await send(shop)
    first, second = server.postman.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert (await find_mail(shop, MESSAGE.key)).state == "sent"


async def test_a_recipient_refused_for_good_has_bounced_and_is_left_alone(shop: Shop, server: MailServer):
    server.postman.answers[BUYER] = "550 5.1.1 no such user"
    await send(shop)
    bounced = await find_mail(shop, MESSAGE.key)
    assert (bounced.state, bounced.detail) == ("bounced", "550 5.1.1 no such user")
    server.postman.answers.clear()
    await send(shop)
    assert server.postman.taken == []


async def test_a_recipient_refused_for_now_is_tried_again(shop: Shop, server: MailServer):
    server.postman.answers[BUYER] = "451 4.7.1 greylisted, come back"
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(shop)
    assert await recent_mails(shop) == []
    server.postman.answers.clear()
    await send(shop)
    assert len(server.postman.taken) == 1


async def test_a_wrong_password_is_said_without_showing_it(
    shop: Shop, server: MailServer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    await save_settings(shop, "email", smtp(server, password="wrong tamarind"))
    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
        await send(shop)
    report = await health_report(shop)
    assert (report.ok, "535" in report.detail) == (False, True)
    for secret in ("wrong tamarind", PASSWORD):
        assert secret not in f"{refused.value} {report.detail} {caplog.text}"
    await save_settings(shop, "email", smtp(server))
    assert (await health_report(shop)).ok
    await send(shop)
    assert len(server.postman.taken) == 1


async def test_no_server_is_reported_and_tried_again(shop: Shop, serve: Serve, server: MailServer):
    await save_settings(shop, "email", smtp(server, port=1))
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(shop)
    report = await health_report(shop)
    assert not report.ok
    assert report.detail.startswith("127.0.0.1:1: ")
    await save_settings(shop, "email", smtp(serve()))
    await send(shop)


async def test_a_line_break_cannot_smuggle_a_header():
    for broken in ({"subject": "Hello\r\nBcc: all@example.com"}, {"to_email": "a@b.example\r\nBcc: c@d.example"}):
        with pytest.raises((ValueError, HeaderParseError)):
            compose(replace(MESSAGE, **broken), name="Neel", address="orders@neel.example", at=AT)
    with pytest.raises((ValueError, HeaderParseError)):
        compose(replace(MESSAGE, to_email="a@b.example, c@d.example"), name="Neel", address="a@b.example", at=AT)
    mail = compose(MESSAGE, name="Neel\r\nBcc: all@example.com", address="orders@neel.example", at=AT)
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == "orders@neel.example"


async def test_a_server_without_encryption_gets_neither_password_nor_mail(shop: Shop, server: MailServer):
    await save_settings(shop, "email", smtp(server, security="starttls"))
    with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
        await send(shop)
    assert server.postman.taken == []


async def test_starttls_encrypts_and_checks_the_certificate(
    shop: Shop, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    certificate = write_certificate(tmp_path)
    secure = serve(tls_context=server_context(certificate), require_starttls=True, auth_require_tls=True)
    await save_settings(shop, "email", smtp(secure, security="starttls"))
    with pytest.raises(ssl.SSLCertVerificationError):
        await send(shop)
    assert secure.postman.taken == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.public))
    await send(shop)
    assert secure.postman.encrypted == [True]


async def test_an_order_is_confirmed_by_one_mail_though_the_relay_repeats(shop: Shop, server: MailServer):
    announced: list[tuple[str, str, list[dict[str, object]]]] = []

    async def wake(collection: str, key: str, pending: list[dict[str, object]]) -> None:
        announced.append((collection, key, pending))

    owner = await guest(shop)
    shop.outbox.wake = wake
    order = (await buy(shop, owner)).order
    relay = relay_of(shop)
    for _ in range(3):  # as after a crash between telling and recording
        for collection, key, pending in announced:
            await relay.relay(collection, key, pending)
    await deliver_all(shop)
    (mail,) = server.postman.taken
    assert order.number in mail["Subject"]
    assert mail["To"] == BUYER


async def test_a_mail_that_never_goes_out_becomes_a_dead_letter_and_is_replayed(
    shop: Shop, server: MailServer, clock: FixedClock
):
    await save_settings(shop, "email", smtp(server, password="wrong"))
    await buy(shop, await guest(shop))
    relay = relay_of(shop)
    await relay.sweep(shop.outbox.sources, older_than=timedelta(days=-1))
    for _ in range(10):
        clock.forward(timedelta(hours=1))
        await relay.retry()
    letters = DeadLetters(shop.mongo, clock)
    (letter,) = await letters.find()
    assert letter.subscriber == "notifications.confirm_placed"
    assert letter.error.startswith("SMTPAuthenticationError")
    await save_settings(shop, "email", smtp(server))
    await letters.replay(letter.id)
    await relay.retry()
    assert len(server.postman.taken) == 1


async def test_a_link_that_opens_an_account_is_sent_and_not_kept(shop: Shop, server: MailServer):
    await identity.register_customer(shop, email=BUYER, password="neem leaves at dawn", name="Asha")
    await identity.request_password_reset(shop, BUYER)
    await deliver_all(shop)
    (mail,) = server.postman.taken
    body = mail.get_body(("plain",))
    assert body is not None
    assert "/reset" in body.get_content()
    (kept,) = await recent_mails(shop)
    assert (kept.text, kept.html) == (WITHHELD, "")
