"""How handled mails are stored; they are forgotten after 30 days."""

from __future__ import annotations

from datetime import datetime

from odmantic import Field, Model
from pymongo import IndexModel

from spoeq_core.sdk import Repository
from spoeq_email.model import Mail

KEEP_SECONDS = 30 * 24 * 3600


class MailDocument(Model):
    """One mail; `_id` is the message's key, so that each is handled once."""

    model_config = {
        "collection": "mails",
        "indexes": lambda: [IndexModel([("at", -1)], name="newest", expireAfterSeconds=KEEP_SECONDS)],
    }

    id: str = Field(primary_field=True)
    to: str
    sender: str
    subject: str
    text: str
    html: str = ""
    template: str = ""
    message_id: str = ""
    state: str
    at: datetime
    detail: str = ""
    version: int = 1


class MailRepository(Repository[Mail]):
    """Keeps mails."""

    document = MailDocument
    model = Mail
