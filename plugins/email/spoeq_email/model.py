"""A message as it goes over the wire, and what a server's refusal means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from spoeq_core.sdk import Message

PERMANENT = 500
SENDING = "sending"
LEASE = timedelta(minutes=2)
"""How long a mail is left to the process that began to send it."""
WITHHELD = "The text is not kept: it held a link that opens an account."


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that was handled.

    `state` is sending (a process has begun to), sent, bounced (the server refused the recipient for good) or inbox.
    """

    id: str
    to: str
    sender: str
    subject: str
    text: str
    html: str
    template: str
    message_id: str
    state: str
    at: datetime
    detail: str = ""
    version: int = 1


def message_id(key: str, domain: str) -> str:
    """The same for each attempt at the same message, so that a repeated one can be recognised."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def compose(message: Message, *, name: str, address: str, at: datetime) -> EmailMessage:
    """The mail with its headers, a text part and, if there is one, an HTML part.

    Raises:
        ValueError: the subject holds a line break, or the recipient is not one address.
    """
    domain = address.rpartition("@")[2]
    mail = EmailMessage()
    mail["From"] = Address(display_name=" ".join(name.split()), addr_spec=address)
    mail["To"] = Address(addr_spec=message.to_email)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(message.key, domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail


def is_permanent(refusals: Mapping[str, tuple[int, str]]) -> bool:
    """Whether a server refused every recipient for good (5xx), rather than for now (4xx)."""
    return bool(refusals) and all(code >= PERMANENT for code, _ in refusals.values())
