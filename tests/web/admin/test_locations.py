"""Staff keep places where goods lie, book and carry goods there, and pack from there."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from spoeq_core.audit.service import find_entries
from spoeq_core.inventory import service as inventory
from spoeq_core.inventory.model import HOME
from spoeq_core.kernel.ids import new_id
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import change_status, request_return
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.shops import deliver_all
from spoeq_core.testing.visitors import Browser, staff_browser, staff_program
from tests.shopping import buy, guest

PATH = "/admin/locations"
STOCK = "/admin/inventory/KURTA"
DELHI = {"code": "del", "name": "Delhi", "address": "12 Ring Road\nDelhi", "priority": "5"}


async def lying(app: RunningApp, sku: str = "KURTA") -> dict[str, int]:
    return (await inventory.get_stock(app.shop, sku)).lying


async def carry(admin: Browser, pieces: int, source: str, target: str, cause: str = "", status: int = 303) -> str:
    """What staff are told."""
    form = {"pieces": str(pieces), "source": source, "target": target, "form_id": cause or new_id()}
    answer = await admin.post(f"{STOCK}/transfer", {**form, "about": "by the red van"})
    assert answer.status_code == status
    return await (admin.text(STOCK) if status == 303 else answer.get_data(as_text=True))


async def test_a_shop_of_one_place_is_asked_for_none(app: RunningApp, admin: Browser) -> None:
    for path in (STOCK, "/admin/inventory"):
        html = await admin.text(path)
        assert 'name="location"' not in html
        assert "transfer" not in html
    assert (await admin.post(STOCK, {"delta": "2", "reason": "received"})).status_code == 303
    assert await lying(app) == {HOME: 102}


async def test_a_place_is_made_changed_and_written_down(app: RunningApp, admin: Browser) -> None:
    assert (await admin.post(PATH, DELHI)).status_code == 303
    html = await admin.text(f"{PATH}/DEL")
    assert "12 Ring Road, Delhi" in html
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version is not None
    change = {"name": "Delhi NCR", "priority": "1", "active": "1", "version": version[1]}
    assert (await admin.post(f"{PATH}/DEL", change)).status_code == 303
    stale = await admin.post(f"{PATH}/DEL", {**change, "name": "Old"})
    assert stale.status_code == 409
    assert 'value="Old"' in await stale.get_data(as_text=True), "nothing typed is lost"
    assert [entry.action for entry in await find_entries(app.shop, target="location:DEL")] == [
        "location.changed",
        "location.created",
    ]
    (first, second) = await inventory.locations(app.shop)
    assert (first.id, second.id, second.name, second.priority) == (HOME, "DEL", "Delhi NCR", 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"code": "a b"}, "code"), ({"code": "MAIN"}, "code"), ({"name": ""}, "name"), ({"priority": "-1"}, "priority")],
)
async def test_what_is_wrong_is_told_at_its_field(admin: Browser, wrong: dict[str, str], field: str) -> None:
    answer = await admin.post(PATH, {**DELHI, **wrong})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in html
    assert "12 Ring Road" in html


async def test_goods_are_carried_once_a_form_and_back(app: RunningApp, admin: Browser) -> None:
    await admin.post(PATH, DELHI)
    cause = new_id()
    assert "Delhi: 30 pieces of KURTA now." in await carry(admin, 30, HOME, "DEL", cause)
    html = await carry(admin, 30, HOME, "DEL", cause)
    assert await lying(app) == {HOME: 70, "DEL": 30}
    assert 'name="pieces" value="30"' in html, "the way back"
    assert "Moved" in html
    assert f"/admin/orders/{cause}" not in html
    assert await lying(app) == {HOME: 70, "DEL": 30}


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ((71, HOME, "DEL"), "pieces", 409),
        ((1, "DEL", "DEL"), "target", 422),
        ((1, HOME, "NO.WHERE"), "target", 422),
        ((1, "", "DEL"), "source", 422),
        ((0, HOME, "DEL"), "pieces", 422),
    ],
)
async def test_a_wrong_way_is_told_at_its_field_and_nothing_typed_is_lost(
    app: RunningApp, admin: Browser, wrong: tuple[int, str, str], field: str, status: int
) -> None:
    await admin.post(PATH, DELHI)
    await carry(admin, 30, HOME, "DEL")
    html = await carry(admin, *wrong, status=status)
    assert f'id="f-{field}-error"' in html
    assert 'value="by the red van"' in html
    assert (await admin.post(f"{STOCK}/transfer", {"pieces": "x"})).status_code == 422
    assert (await admin.post("/admin/inventory/NO-SUCH/transfer", {"pieces": "1"})).status_code == 404
    assert await lying(app) == {HOME: 70, "DEL": 30}


async def test_a_change_is_booked_where_staff_say_and_undone_there(app: RunningApp, admin: Browser) -> None:
    await admin.post(PATH, DELHI)
    await carry(admin, 30, HOME, "DEL")
    assert (await admin.post(STOCK, {"delta": "-4", "reason": "lost", "location": "DEL"})).status_code == 303
    assert 'name="location" value="DEL"' in await admin.text(STOCK), "the way back"
    refused = await admin.post(STOCK, {"delta": "-40", "reason": "lost", "location": "DEL"})
    assert refused.status_code == 409
    assert "Delhi has 26 pieces of KURTA, not 40." in await refused.get_data(as_text=True)
    unknown = await admin.post(STOCK, {"delta": "4", "reason": "received", "location": "NO"})
    assert unknown.status_code == 422
    assert await lying(app) == {HOME: 70, "DEL": 26}


async def test_the_list_shows_what_lies_where(app: RunningApp, admin: Browser) -> None:
    await admin.post(PATH, DELHI)
    await carry(admin, 30, HOME, "DEL")
    html = await admin.text("/admin/inventory")
    assert "Main location 70, Delhi 30" in html
    there = await admin.text("/admin/inventory?location=DEL")
    assert re.findall(r'<td role="cell" class="cell--main[^"]*"><a href="/admin/inventory/([^"]+)"', there) == ["KURTA"]
    assert 'name="location" value="DEL"' in there
    assert re.search(r'data-label="Here"[^>]*>30<', there)
    await carry(admin, 70, HOME, "DEL")
    assert '"/admin/inventory/KURTA"' not in await admin.text(f"/admin/inventory?location={HOME}")
    await carry(admin, 1, "DEL", HOME)
    assert '"/admin/inventory/KURTA"' in await admin.text(f"/admin/inventory?location={HOME}")


async def test_a_place_where_goods_lie_is_not_closed(app: RunningApp, admin: Browser) -> None:
    await admin.post(PATH, DELHI)
    await carry(admin, 30, HOME, "DEL")
    close = {"name": "Delhi", "version": "1"}
    refused = await admin.post(f"{PATH}/DEL", close)
    assert refused.status_code == 409
    assert "Goods still lie at Delhi (KURTA: 30" in await refused.get_data(as_text=True)
    await carry(admin, 30, "DEL", HOME)
    assert (await admin.post(f"{PATH}/DEL", close)).status_code == 303
    assert "not in use" in await admin.text(PATH)
    assert "is not in use any more" in await carry(admin, 1, HOME, "DEL", status=422)


async def test_the_warehouse_keeps_places_and_support_does_not(app: RunningApp) -> None:
    warehouse, support = await staff_browser(app, "warehouse"), await staff_browser(app, "support")
    assert (await warehouse.post(PATH, DELHI)).status_code == 303
    for path in (PATH, f"{PATH}/DEL"):
        assert (await support.get(path)).status_code == 403
        assert (await support.post(path, DELHI)).status_code == 403
    assert (await support.post(f"{STOCK}/transfer", {"pieces": "1"})).status_code == 403
    assert (await warehouse.get(f"{PATH}/NO")).status_code == 404


async def test_a_parcel_is_packed_where_staff_say_and_comes_back_there(app: RunningApp, admin: Browser) -> None:
    await admin.post(PATH, DELHI)
    await carry(admin, 30, HOME, "DEL")
    order = (await buy(app.shop, await guest(app.shop, {"KURTA": 2}))).order
    path, line = f"/admin/orders/{order.id}", order.lines[0].id
    html = await admin.text(path)
    assert "(KURTA): Main location 70, Delhi 30" in html
    parcel = {f"pieces-{line}": "2", "carrier": "Delhivery", "awb": "D1"}
    wrong = await admin.post(f"{path}/shipments", {**parcel, "location": "NO"})
    assert wrong.status_code == 422
    assert 'id="f-location-error"' in (html := await wrong.get_data(as_text=True))
    assert 'value="Delhivery"' in html, "nothing typed is lost"
    assert (await admin.post(f"{path}/shipments", {**parcel, "location": "DEL"})).status_code == 303
    assert "<dt>Packed at</dt><dd>Delhi</dd>" in await admin.text(path)
    assert await lying(app) == {HOME: 70, "DEL": 28}
    await change_status(app.shop, order.id, OrderStatus.DELIVERED, actor="Asha")
    for pieces, form, where in ((1, {}, {HOME: 70, "DEL": 29}), (1, {"location": HOME}, {HOME: 71, "DEL": 29})):
        asked = await request_return(app.shop, order.id, {line: pieces}, "too large", actor="shopper")
        step = f"{path}/returns/{asked.returns[-1].id}"
        await admin.post(step, {"step": "approve"})
        await admin.post(step, {"step": "receive", f"back-{line}": str(pieces)})
        assert "Where they were sent from" in await admin.text(path)
        await admin.post(step, {"step": "inspect", f"back-{line}": str(pieces), **form})
        await deliver_all(app.shop)
        assert await lying(app) == where


async def test_the_log_names_people_and_not_their_ids(app: RunningApp, admin: Browser) -> None:
    await admin.post(STOCK, {"delta": "2", "reason": "received"})
    rows, _ = await inventory.log_of(app.shop, "KURTA")
    html = await admin.text(STOCK)
    assert re.findall(r'data-label="By">([^<]*)<', html) == ["Admin", "SPOEQ"]
    assert rows[0].actor not in html


@pytest.mark.parametrize("asked", ["DEL", "del", ".", "a.$b", "x" * 400])
async def test_a_list_of_a_place_that_there_is_not_is_refused(app: RunningApp, asked: str) -> None:
    program = await staff_program(app, "admin")
    status, problem = await program.get(f"/inventory?{urlencode({'location': asked})}")
    assert (status, [error["field"] for error in problem["errors"]]) == (422, ["location"])
    status, found = await program.get(f"/inventory?location={HOME}")
    assert (status, found["total"]) == (200, 1)
