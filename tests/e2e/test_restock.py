"""Somebody asks at a sold-out product, staff count pieces in, and one mail lies in the development inbox."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.e2e.test_journey import sign_in
from tests.processes import RunningDemo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

PATIENCE = 120.0


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_who_asked_gets_one_mail_when_staff_restock(
    visitors: Callable[..., Visitor], demo: RunningDemo, javascript: bool
) -> None:
    """Twice asked is once told."""
    kind = "js" if javascript else "nojs"
    email, shopper = f"waits.{kind}@example.com", visitors(javascript=javascript, name=f"restock-{kind}")
    with httpx.Client(base_url=demo.base_url, timeout=60, trust_env=False) as client:
        client.headers.update(demo.token("admin@demo.spoeq"))
        path, sku = sold_out(client, -2 if javascript else -1)
        page = shopper.page
        for _ in range(2):
            shopper.sees(path, page.get_by_role("button", name="Notify me"))
            page.get_by_label("E-mail").fill(email)
            page.get_by_role("button", name="Notify me").click()
            expect(page.get_by_text("Noted. We write to you once")).to_be_visible()
        shopper.shot("asked")
        count(client, sku, 3)
        inbox = visitors(javascript=javascript, width=1280, name=f"restock-{kind}")
        sign_in(inbox, "admin@demo.spoeq")
        mails = mails_to(inbox, email)
        assert len(mails) == 1, mails
        inbox.page.get_by_role("row").filter(has_text=email).get_by_role("link").click()
        text = inbox.page.locator("pre.code").inner_text()
        inbox.shot("mail")
        stop = re.search(r"/restock/stop\?\S+", text)
        assert stop
        shopper.go(stop.group())
        page.get_by_role("button", name="Stop messages").click()
        expect(page.get_by_text("You get no more messages about sold-out products.")).to_be_visible()
        shopper.sees(path, page.get_by_role("button", name="Add to cart"))
        assert len(mails_to(inbox, email)) == 1


def sold_out(client: httpx.Client, which: int) -> tuple[str, str]:
    """A product of one variant whose last pieces staff have taken away: its path and SKU."""
    found: list[dict[str, Any]] = client.get("/api/v1/products", params={"per_page": 40}).json()["items"]
    plain = [item for item in found if len(item["variants"]) == 1 and item["variants"][0]["stock"]["state"] != "out"]
    product = plain[which]
    sku = product["variants"][0]["sku"]
    count(client, sku, -client.get("/api/v1/inventory", params={"q": sku}).json()["items"][0]["available"])
    return f"/product/{product['slug']}", sku


def count(client: httpx.Client, sku: str, delta: int) -> None:
    """Staff book pieces in or out."""
    client.post(f"/api/v1/inventory/{sku}/adjust", json={"delta": delta, "reason": "Counted"}).raise_for_status()


def mails_to(staff: Visitor, email: str) -> list[str]:
    """The subjects of the mails to an address, once there is one."""
    page = staff.page
    staff.go("/admin/inbox")
    until = time.monotonic() + PATIENCE
    while not (rows := page.get_by_role("row").filter(has_text=email)).count():
        assert time.monotonic() < until, f"no mail to {email}"
        page.wait_for_timeout(500)
        page.reload()
    return rows.all_inner_texts()
