"""Sending mail: by SMTP, or into the development inbox."""

from __future__ import annotations

import logging
from email.message import EmailMessage

import aiosmtplib

from spoeq_core.sdk import ConfigurationError, Conflict, Message, NotFound, Shop
from spoeq_email.documents import MailRepository
from spoeq_email.model import Mail, compose, is_permanent
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
    await _note(shop, message, mail, "inbox")


async def _by_smtp(shop: Shop, settings: EmailSettings, message: Message, mail: EmailMessage) -> None:
    if await shop.repository(MailRepository).find_by_id(message.key) is not None:
        return
    state, detail = "sent", ""
    try:
        async with _client(settings) as client:
            _, detail = await client.send_message(mail)
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusals = {refused.recipient: (refused.code, refused.message) for refused in error.recipients}
        if not is_permanent(refusals):
            raise
        state, detail = "bounced", "; ".join(f"{code} {text}" for code, text in refusals.values())
        log.warning("mail %s bounced: %s", mail["Message-ID"], detail)
    await _note(shop, message, mail, state, detail)


async def _note(shop: Shop, message: Message, mail: EmailMessage, state: str, detail: str = "") -> None:
    noted = Mail(
        id=message.key,
        to=message.to_email,
        sender=str(mail["From"]),
        subject=message.subject,
        text=message.text,
        html=message.html,
        template=message.template,
        message_id=str(mail["Message-ID"]),
        state=state,
        at=shop.clock.now(),
        detail=detail[:300],
    )
    try:
        await shop.repository(MailRepository).insert(noted)
    except Conflict:
        log.info("mail %s was handled before", message.key)


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
