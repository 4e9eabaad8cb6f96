"""Sending mail: by SMTP, or into the development inbox."""

from __future__ import annotations

import logging
from dataclasses import replace
from email.message import EmailMessage

import aiosmtplib

from spoeq_core.sdk import ConfigurationError, Conflict, Message, NotFound, Shop, Unavailable
from spoeq_email.documents import MailRepository
from spoeq_email.model import LEASE, SENDING, WITHHELD, Mail, compose, is_permanent
from spoeq_email.settings import EmailSettings

log = logging.getLogger(__name__)


class EmailChannel:
    """Reaches whoever has a mail address."""

    name = "email"

    async def send(self, shop: Shop, message: Message) -> None:
        """Send the message once per key.

        A recipient that the server refuses for good is noted as bounced; anything else that fails is raised, so that
        the outbox tries again. A crash between sending and noting repeats the mail with the same Message-ID.
        """
        if not message.to_email:
            return
        settings = shop.plugin_settings(EmailSettings)
        mail = compose(
            message, name=settings.from_name or shop.profile.name, address=settings.from_address, at=shop.clock.now()
        )
        if settings.delivery == "inbox":
            await _into_inbox(shop, message, mail)
        else:
            await _by_smtp(shop, settings, message, mail)


async def recent_mails(shop: Shop, *, limit: int = 100) -> list[Mail]:
    """The latest mails, newest first."""
    return await shop.repository(MailRepository).find({}, sort=[("at", -1)], limit=limit)


async def find_mail(shop: Shop, key: str) -> Mail:
    """One mail.

    Raises:
        NotFound: there is none, or it is older than 30 days.
    """
    found = await shop.repository(MailRepository).find_by_id(key)
    if found is None:
        raise NotFound("There is no such mail.")
    return found


async def check_connection(settings: EmailSettings) -> str:
    """Why the server cannot be used; empty if it can."""
    try:
        async with _client(settings):
            return ""
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        return f"{settings.host}:{settings.port}: {type(error).__name__}: {error}"[:300]


async def _into_inbox(shop: Shop, message: Message, mail: EmailMessage) -> None:
    if shop.settings.env == "prod":
        raise ConfigurationError(
            "Mail is kept in the development inbox, so shoppers get none.",
            hint="Set Plugins > E-mail > Delivery to smtp and enter the server.",
        )
    try:
        await shop.repository(MailRepository).insert(_record(shop, message, mail, "inbox"))
    except Conflict:
        log.info("mail %s is in the inbox already", message.key)


async def _by_smtp(shop: Shop, settings: EmailSettings, message: Message, mail: EmailMessage) -> None:
    """Claim the key, send, note the outcome. Whoever finds the key claimed does not send."""
    claim = await _claim(shop, message, mail)
    if claim is None:
        return
    try:
        state, detail = await _transmit(settings, mail)
    except BaseException:  # also when cut off: the next attempt need not wait for the claim to lapse
        await shop.repository(MailRepository).delete(message.key)
        raise
    await shop.repository(MailRepository).save(replace(claim, state=state, detail=detail[:300]))


async def _claim(shop: Shop, message: Message, mail: EmailMessage) -> Mail | None:
    """The right to send this key; None if it was handled.

    Raises:
        Unavailable: another process is sending it now.
    """
    mails = shop.repository(MailRepository)
    wanted = _record(shop, message, mail, SENDING)
    try:
        return await mails.insert(wanted)
    except Conflict:
        earlier = await mails.get(message.key)
    if earlier.state != SENDING:
        return None
    if shop.clock.now() < earlier.at + LEASE:
        raise Unavailable("This mail is being sent by another process.", hint="It is looked at again soon.")
    return await mails.save(replace(wanted, version=earlier.version))


async def _transmit(settings: EmailSettings, mail: EmailMessage) -> tuple[str, str]:
    """The state that a mail is in after the server had it, and what the server said."""
    try:
        async with _client(settings) as client:
            _, answer = await client.send_message(mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusals = {refused.recipient: (refused.code, refused.message) for refused in error.recipients}
        if not is_permanent(refusals):
            raise
        detail = "; ".join(f"{code} {text}" for code, text in refusals.values())
        log.warning("mail %s bounced: %s", mail["Message-ID"], detail)
        return "bounced", detail
    return "sent", answer


def _record(shop: Shop, message: Message, mail: EmailMessage, state: str) -> Mail:
    """What is kept of a mail. A link that opens an account is kept only where nothing else shows it: in development."""
    withheld = message.confidential and state != "inbox"
    return Mail(
        id=message.key,
        to=message.to_email,
        sender=str(mail["From"]),
        subject=message.subject,
        text=WITHHELD if withheld else message.text,
        html="" if withheld else message.html,
        template=message.template,
        message_id=str(mail["Message-ID"]),
        state=state,
        at=shop.clock.now(),
    )


def _client(settings: EmailSettings) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        username=settings.username or None,
        password=settings.password.get_secret_value() or None,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        timeout=settings.timeout_seconds,
    )
