"""The form, the way out, the staff page and the API, all without a script."""

from __future__ import annotations

import re

import pytest

from spoeq_core.plugins.lifecycle import disable_plugin, enable_plugin
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, shopper_browser, shopper_program, staff_browser
from spoeq_restock.api import TRIES
from spoeq_restock.documents import WaitingRepository
from spoeq_restock.model import digest
from spoeq_restock.service import stop_token
from tests.postbox import Postbox

from .conftest import GONE, THERE, restocked

PAGE, OTHER = "/product/kurta-gone-1", "/product/kurta-there-1"
ASHA = "asha@example.in"


@pytest.fixture
def shopper(running: RunningApp) -> Browser:
    return shopper_browser(running)


async def waiting(running: RunningApp) -> int:
    return await running.shop.repository(WaitingRepository).count({})


async def test_a_shopper_asks_and_is_told(running: RunningApp, shopper: Browser, postbox: Postbox):
    assert "Tell me when it is back" in await shopper.text(PAGE)
    assert "Tell me when it is back" not in await shopper.text(OTHER)
    for _ in range(2):
        answer = await shopper.post("/restock", {"sku": GONE, "email": f" {ASHA} "})
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
        assert "Noted. We write to you once" in await shopper.text(PAGE), "the same the second time"
    assert await waiting(running) == 1
    await restocked(running.shop)
    await deliver_all(running.shop)
    assert postbox.told == [ASHA]
    assert "Tell me when it is back" not in await shopper.text(PAGE)
    await shopper.post("/restock", {"sku": GONE, "email": ASHA})
    assert "it is in stock again" in await shopper.text(PAGE)
    assert await waiting(running) == 0


async def test_a_wrong_address_is_said_at_its_field_and_kept(running: RunningApp, shopper: Browser):
    answer = await shopper.post("/restock", {"sku": GONE, "email": "asha at home"})
    assert answer.status_code == 422
    page = await answer.get_data(as_text=True)
    assert "<title>Error:" in page
    assert 'value="asha at home"' in page
    assert 'aria-invalid="true"' in page
    assert f'href="{PAGE}"' in page
    assert (await shopper.post("/restock", {"sku": "NOPE", "email": ASHA})).status_code == 404
    assert await waiting(running) == 0


async def test_who_is_signed_in_finds_the_address_there(shopper: Browser):
    new = {"name": "Asha Rao", "email": ASHA, "password": "correct horse battery"}
    assert (await shopper.post("/register", new)).status_code == 303
    assert f'value="{ASHA}"' in await shopper.text(PAGE)


async def test_a_flood_is_stopped(shopper: Browser):
    for number in range(TRIES):
        assert (await shopper.post("/restock", {"sku": GONE, "email": f"s{number}@example.in"})).status_code == 303
    assert (await shopper.post("/restock", {"sku": GONE, "email": "more@example.in"})).status_code == 429


async def test_the_link_of_the_mail_leads_out_without_signing_in(running: RunningApp, shopper: Browser):
    await shopper.post("/restock", {"sku": GONE, "email": ASHA})
    token = stop_token(running.shop, digest(ASHA))
    page = await shopper.text(f"/restock/stop?token={token}")
    assert "Stop messages" in page
    assert await waiting(running) == 1, "a program that only looks at the link stops nothing"
    answer = await shopper.post("/restock/stop", {"token": token})
    assert (answer.status_code, await waiting(running)) == (303, 0)
    assert "no more messages about sold-out products" in await shopper.text("/")
    assert (await shopper.get("/restock/stop?token=wrong")).status_code == 404
    assert (await shopper.post("/restock/stop", {"token": "wrong"})).status_code == 404


async def test_staff_see_how_many_wait(running: RunningApp, shopper: Browser):
    staff = await staff_browser(running)
    assert "Nobody waits for anything" in await staff.text("/admin/restock")
    await shopper.post("/restock", {"sku": GONE, "email": ASHA})
    await shopper.post("/restock", {"sku": GONE, "email": "ravi@example.in"})
    page = await staff.text("/admin/restock")
    row = re.sub(r"<[^>]+>|\s+", " ", page[page.index(f"Kurta {GONE}") :].split("</tr>")[0])
    assert row.split() == ["Kurta", GONE, GONE, "2", "0", "23", "Nov", "2026"]
    assert ASHA not in page, "counts only"
    assert 'href="/admin/restock"' in await staff.text("/admin")
    support = await staff_browser(running, "support")
    assert (await support.get("/admin/restock")).status_code == 403


async def test_a_program_asks(running: RunningApp):
    api = shopper_program(running)
    for _ in range(2):
        assert await api.post("/restock-requests", {"sku": GONE, "email": ASHA, "language": "hi"}) == (
            202,
            {"sku": GONE, "status": "waiting"},
        )
    status, problem = await api.post("/restock-requests", {"sku": THERE, "email": ASHA})
    assert (status, problem["code"]) == (409, "in_stock")
    status, problem = await api.post("/restock-requests", {"sku": GONE, "email": "x"})
    assert (status, problem["errors"][0]["field"]) == (422, "email")
    status, problem = await api.post("/restock-requests", {"sku": "NOPE", "email": ASHA})
    assert (status, problem["code"]) == (404, "unknown_sku")


async def test_the_form_speaks_hindi(shopper: Browser):
    await shopper.get(f"{PAGE}?lang=hi")
    assert "वापस आने पर मुझे बताएँ" in await shopper.text(PAGE)


async def test_switched_off_everything_of_it_is_gone(running: RunningApp, shopper: Browser):
    await disable_plugin(running.shop, "restock")
    assert "Tell me when it is back" not in await shopper.text(PAGE)
    assert (await shopper.post("/restock", {"sku": GONE, "email": ASHA})).status_code == 404
    staff = await staff_browser(running)
    assert (await staff.get("/admin/restock")).status_code == 404
    assert "/admin/restock" not in await staff.text("/admin")
    assert (await shopper_program(running).post("/restock-requests", {"sku": GONE, "email": ASHA}))[0] == 404
    await enable_plugin(running.shop, "restock")
    assert "Tell me when it is back" in await shopper.text(PAGE)
