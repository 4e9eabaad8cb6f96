"""Where shoppers are led to pay: to what the provider's plugin declares, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from spoeq_core.checkout.service import pay
from spoeq_core.kernel.leading import may_lead_to
from spoeq_core.orders.model import OrderStatus
from spoeq_core.payments.model import ActionNeeded
from spoeq_core.payments.service import provider_named
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import shop_with
from tests.shopping import Gateway, buy, delivery, guest, online, stock_up

HOSTS = ("pay.example", "api.pay.example")
OWN = "https://shop.example"
WAYS_ROUND = [
    "http://pay.example/1",
    "https://evil.example/1",
    "https://pay.example.evil.example/1",
    "https://notpay.example/1",
    "https://pay.example@evil.example/1",
    "https://evil.example\\@pay.example/1",
    "https://evil.example\\.pay.example/1",
    "https://pay.example /1",
    "https://pay.example\n/1",
    "\thttps://pay.example/1",
    "https://pаy.example/1",  # noqa: RUF001 - that letter is Cyrillic
    "https:/pay.example/1",
    "https://[pay.example/1",
    "//pay.example/1",
    "/orders/1",
    "javascript:alert(1)",
    "data:text/html,pay.example",
    "http://shop.example/1",
    "",
]


@pytest.mark.parametrize(
    "url", ["https://pay.example", "https://pay.example:8443/1?x=1#y", "https://card.pay.example/1"]
)
def test_declared_hosts_and_those_below_them_are_led_to(url: str) -> None:
    assert may_lead_to(url, HOSTS, own=OWN, development=False)
    assert not may_lead_to(url, (), own=OWN, development=True)


@pytest.mark.parametrize("url", WAYS_ROUND)
@pytest.mark.parametrize("development", [True, False])
def test_nothing_else_is(url: str, development: bool) -> None:
    assert not may_lead_to(url, HOSTS, own=OWN, development=development)


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost:9000", "[::1]:9000"])
def test_a_server_of_this_machine_is_led_to_in_development_alone(host: str) -> None:
    assert may_lead_to(f"http://{host}/pay", (), own="http://127.0.0.1:8000", development=True)
    assert not may_lead_to(f"http://{host}/pay", (), own=OWN, development=False)


def test_the_shops_own_pages_are_led_to() -> None:
    assert may_lead_to("https://shop.example/echo/pay/1", (), own=OWN, development=False)
    assert may_lead_to("http://127.0.0.1:8000/echo/pay/1", (), own="http://127.0.0.1:8000", development=False)


@given(st.text(max_size=40), st.text(max_size=10))
def test_whatever_comes_is_no_error_and_what_passes_begins_with_a_known_origin(middle: str, end: str) -> None:
    url = f"https://{middle}pay.example{end}"
    if may_lead_to(url, HOSTS, own=OWN, development=False):
        authority = url.removeprefix("https://").partition("/")[0].partition("?")[0].partition("#")[0]
        host = authority.partition(":")[0].lower()
        assert host == "pay.example" or host.endswith(".pay.example")


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def shop(servers: tuple[str, str], tmp_path: Path, gateway: Gateway) -> AsyncIterator[Shop]:
    async with shop_with(delivery(), online(gateway), servers=servers, data_dir=tmp_path) as opened:
        await stock_up(opened)
        yield opened


async def test_a_provider_that_leads_astray_leads_nowhere_and_staff_are_told(shop: Shop, gateway: Gateway) -> None:
    faults: list[tuple[str, str]] = []
    shop.hooks.on_fault = lambda plugin, _hook, error: faults.append((plugin, error))
    gateway.outcome = ActionNeeded("redirect", "https://evil.example/1", reference="ref-1")
    placed = await buy(shop, await guest(shop), pay="gateway")
    assert placed.next_action.type == "none"
    assert placed.order.status is OrderStatus.PENDING_PAYMENT, "the order stands, and can be paid again"
    assert placed.order.payment.reference == ""
    ((plugin, told),) = faults
    assert plugin == "online"
    assert "leads to 'https://evil.example/1'" in told
    gateway.outcome = ActionNeeded("redirect", "https://pay.example/1", reference="ref-1")
    assert (await pay(shop, placed.order)).next_action.url == "https://pay.example/1"


async def test_a_client_action_leads_nowhere_by_itself(shop: Shop, gateway: Gateway) -> None:
    gateway.outcome = ActionNeeded("client", "https://evil.example/1", data={"token": "t"}, reference="ref-1")
    assert (await buy(shop, await guest(shop), pay="gateway")).next_action.type == "client"
    assert provider_named(shop, "gateway") is gateway
