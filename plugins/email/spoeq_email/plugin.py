"""E-mail: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from odmantic import Model
from pydantic import BaseModel

from spoeq_core.sdk import (
    HealthReport,
    Manifest,
    MenuEntry,
    NotificationChannel,
    Permission,
    PersonalData,
    Routes,
    Shop,
    hookimpl,
)
from spoeq_email import admin, service
from spoeq_email.documents import MailDocument
from spoeq_email.personal import MAILS
from spoeq_email.settings import EmailSettings

manifest = Manifest(
    name="email",
    title="E-mail",
    description="Sends the shop's messages by SMTP; in development they are kept in an inbox in the admin.",
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """The server and the sender."""
    return EmailSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Handled mails."""
    return [MailDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who was sent what."""
    return [MAILS]


@hookimpl
def register_channels() -> Sequence[NotificationChannel]:
    """Mail."""
    return [service.EmailChannel()]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    """Reading the inbox."""
    return [Permission(admin.PERMISSION, "Read sent mail", frozenset({"staff", "support"}))]


@hookimpl
def register_menu() -> Sequence[MenuEntry]:
    """The inbox in the admin's navigation."""
    return [MenuEntry("Inbox", admin.PATH, admin.PERMISSION, "Shop", "mail", 60)]


@hookimpl
def register_routes() -> Routes:
    """The inbox's pages."""
    return Routes(admin=admin.blueprint)


@hookimpl
async def health_report(shop: Shop) -> HealthReport:
    """Whether mail can go out."""
    settings = shop.plugin_settings(EmailSettings)
    if settings.delivery == "inbox":
        return HealthReport(shop.settings.env != "prod", "mail is kept in the development inbox")
    problem = await service.check_connection(settings)
    return HealthReport(not problem, problem)
