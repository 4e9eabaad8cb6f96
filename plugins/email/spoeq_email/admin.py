"""Staff pages: the development inbox, and what was sent or bounced."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.sdk import current_shop, page, render, staff
from spoeq_email.service import find_mail, recent_mails
from spoeq_email.settings import EmailSettings

PATH = "/admin/inbox"
PERMISSION = "mails.view"
READ_ONLY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'none'"

blueprint = Blueprint("email_admin", __name__)


@blueprint.get("/inbox")
@staff(PERMISSION)
async def inbox() -> Response:
    """The latest mails."""
    shop = current_shop()
    mails = await recent_mails(shop)
    delivery = shop.plugin_settings(EmailSettings).delivery
    return await render("admin", "email_inbox/list.html", page=page("Inbox"), mails=mails, delivery=delivery)


@blueprint.get("/inbox/<key>")
@staff(PERMISSION)
async def show(key: str) -> Response:
    """A mail with its headers and its text."""
    mail = await find_mail(current_shop(), key)
    return await render("admin", "email_inbox/mail.html", page=page(mail.subject), mail=mail)


@blueprint.get("/inbox/<key>/html")
@staff(PERMISSION)
async def show_html(key: str) -> Response:
    """A mail as its recipient sees it, in a sandbox."""
    mail = await find_mail(current_shop(), key)
    return Response(
        mail.html or mail.text,
        content_type="text/html; charset=utf-8" if mail.html else "text/plain; charset=utf-8",
        headers={"Content-Security-Policy": READ_ONLY},
    )
