"""The inbox in the admin: each message as it was sent, for staff who may read it, and nothing in it runs."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pytest

from spoeq_core.kernel.errors import ConfigurationError, NotFound
from spoeq_core.notifications.model import Message
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.shop import Shop
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import shopper_browser, staff_browser
from spoeq_email.documents import KEEP_SECONDS, MailDocument
from spoeq_email.plugin import health_report
from spoeq_email.service import EmailChannel, find_mail, recent_mails
from tests.shopping import buy, guest

SCRIPT = "<script>alert(1)</script>"
NASTY = Message("01EVENT:told:email", "x", "asha@example.in", "", f"Hello {SCRIPT}", SCRIPT, f"<h1>Hi</h1>{SCRIPT}")


async def put(running: RunningApp, message: Message = NASTY) -> str:
    """The path of a mail in the inbox."""
    await EmailChannel().send(running.shop, message)
    return f"/admin/inbox/{quote(message.key)}"


async def test_the_confirmation_of_an_order_is_there_as_it_was_sent(running: RunningApp):
    order = (await buy(running.shop, await guest(running.shop))).order
    await deliver_all(running.shop)
    await deliver_all(running.shop)
    (mail,) = await recent_mails(running.shop)
    assert (mail.state, mail.to) == ("inbox", order.email)
    browser = await staff_browser(running)
    listed = await browser.text("/admin/inbox")
    assert listed.count(f"Your order {order.number}") == 1
    assert 'href="/admin/inbox"' in await browser.text("/admin")
    shown = await browser.text(f"/admin/inbox/{quote(mail.id)}")
    for words in (order.email, mail.message_id.strip("<>"), "Thank you, Asha Rao", "₹1,377.00"):
        assert words in shown, words
    assert await browser.text(f"/admin/inbox/{quote(mail.id)}/html") == mail.html


async def test_what_a_mail_says_is_text_in_the_admins_own_pages(running: RunningApp):
    path = await put(running)
    browser = await staff_browser(running)
    for page in ("/admin/inbox", path):
        html = await browser.text(page)
        assert SCRIPT not in html
        assert "&lt;script&gt;" in html


async def test_the_recipients_view_is_in_a_sandbox(running: RunningApp):
    path = await put(running)
    answer = await (await staff_browser(running)).get(f"{path}/html")
    rules = answer.headers["Content-Security-Policy"].split("; ")
    assert "sandbox" in rules, "no script, no form, no origin"
    assert "default-src 'none'" in rules
    assert not any(rule.startswith("script-src") for rule in rules)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


async def test_a_mail_without_html_is_shown_as_plain_text(running: RunningApp):
    path = await put(running, replace(NASTY, html=""))
    answer = await (await staff_browser(running)).get(f"{path}/html")
    assert answer.content_type == "text/plain; charset=utf-8"


async def test_only_staff_with_the_permission_read_it(running: RunningApp):
    path = await put(running)
    for page in ("/admin/inbox", path, f"{path}/html"):
        answer = await shopper_browser(running).get(page)
        assert answer.status_code == HTTPStatus.SEE_OTHER, "a guest is asked to sign in"
        assert "/admin/login" in answer.headers["Location"]
        assert (await (await staff_browser(running, "support")).get(page)).status_code == HTTPStatus.OK
        assert (await (await staff_browser(running, "warehouse")).get(page)).status_code == HTTPStatus.FORBIDDEN


async def test_a_mail_that_is_gone_is_not_found(running: RunningApp):
    browser = await staff_browser(running)
    assert (await browser.get("/admin/inbox/nothing")).status_code == HTTPStatus.NOT_FOUND
    with pytest.raises(NotFound):
        await find_mail(running.shop, "nothing")


async def test_a_disabled_plugin_takes_its_inbox_along(running: RunningApp):
    browser = await staff_browser(running)
    await disable_plugin(running.shop, "email")
    assert (await browser.get("/admin/inbox")).status_code == HTTPStatus.NOT_FOUND
    assert 'href="/admin/inbox"' not in await browser.text("/admin")


async def test_a_production_shop_does_not_swallow_its_mail(running: RunningApp):
    production = _in_production(running.shop)
    with pytest.raises(ConfigurationError) as refused:
        await EmailChannel().send(production, NASTY)
    assert "smtp" in refused.value.hint
    assert not (await health_report(production)).ok
    assert (await health_report(running.shop)).ok


async def test_mails_are_forgotten_after_thirty_days(running: RunningApp):
    indexes = await running.shop.mongo.engine.get_collection(MailDocument).index_information()
    assert indexes["newest"]["expireAfterSeconds"] == KEEP_SECONDS == 30 * 24 * 3600


def _in_production(shop: Shop) -> Shop:
    settings = cast(Any, SimpleNamespace(**{**shop.settings.model_dump(), "env": "prod"}))
    return replace(shop, settings=settings)
