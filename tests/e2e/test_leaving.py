"""Paying at a gateway of another origin: shoppers arrive there, though the shop's CSP keeps its forms at home."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.test_journey import ADDRESS, fill_in_at_once, fill_in_by_sections
from tests.e2e.test_many_buyers import cheap_sku
from tests.plugins.distributions import install
from tests.processes import PATIENT, RunningDemo, running_demo

if TYPE_CHECKING:
    from tests.e2e.conftest import Visitor

pytestmark = pytest.mark.e2e

HEAD = """
import os
from collections.abc import Sequence
from urllib.parse import quote
from spoeq_core.sdk import (
    ActionNeeded, Manifest, Order, PaymentOption, PaymentOutcome, PaymentProvider, PricedCart, Shop, hookimpl,
    return_url,
)
manifest = Manifest("{name}", "Outside", "A gateway of another origin.", default_enabled=True)
"""
CODE = """
class Outside:
    name = "outside"
    on_delivery = False

    async def option(self, shop: Shop, priced: PricedCart) -> PaymentOption | None:
        return PaymentOption("Pay at another origin")

    async def start(self, shop: Shop, order: Order) -> PaymentOutcome:
        url = os.environ["OUTSIDE_GATEWAY"] + "/pay?back=" + quote(return_url(shop, order), safe="")
        return ActionNeeded("redirect", url, reference=order.id)

@hookimpl
def register_payment_providers() -> Sequence[PaymentProvider]:
    return [Outside()]
"""


class Page(BaseHTTPRequestHandler):
    """The gateway's only page."""

    def do_GET(self) -> None:
        """A heading and the way back."""
        back = parse_qs(urlsplit(self.path).query).get("back", ["/"])[0].replace("&", "&amp;")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<!doctype html><h1>The gateway</h1><a href="{back}">Back to the shop</a>'.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    """The address of a gateway on a port of its own: another origin."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def demo(
    seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory, gateway: str
) -> Iterator[RunningDemo]:
    """A demo shop with that gateway's plugin."""
    folder = tmp_path_factory.mktemp("leaving")
    (folder / "site").mkdir()
    install(folder / "site", "outside", CODE, head=HEAD)
    variables = {**PATIENT, "PYTHONPATH": str(folder / "site"), "OUTSIDE_GATEWAY": gateway}
    with running_demo(seeded(folder / "data"), **variables) as running:
        yield running


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_a_shopper_arrives_at_the_gateway(
    visitors: Callable[..., Visitor], demo: RunningDemo, gateway: str, javascript: bool
) -> None:
    """From the checkout's form, and from the button that tries the payment again."""
    kind = "js" if javascript else "nojs"
    shopper = visitors(javascript=javascript, name=f"leaving-{kind}")
    page = shopper.page
    page.request.post(
        f"{demo.base_url}/cart/items",
        form={"sku": cheap_sku(demo, 5), "quantity": "1"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    shopper.go("/checkout")
    fill_in = fill_in_at_once if javascript else fill_in_by_sections
    fill_in(shopper, {**ADDRESS, "email": f"leaving.{kind}@example.com"}, pay="outside")
    page.get_by_role("button", name=re.compile("^(Place order|Pay )")).click()
    at_the_gateway = re.compile(f"^{re.escape(gateway)}/pay")
    expect(page).to_have_url(at_the_gateway)
    expect(page.get_by_role("heading", name="The gateway")).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()
    page.wait_for_url("**/confirmation?**")
    shopper.shot("waiting")
    page.locator("form[action*='/pay?token=']").get_by_role("button").click()
    expect(page).to_have_url(at_the_gateway)
    page.go_back()
    expect(page).to_have_url(re.compile("/confirmation"))
