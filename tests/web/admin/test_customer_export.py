"""The list of customers as a file: whole for who may download it, masked for others, never a formula."""

from __future__ import annotations

import csv
import io

from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, shopper_browser, staff_browser

PATH = "/admin/customers/export.csv"
FORM = {"password": "neem leaves at dawn"}
ADDRESS = {
    "name": "Asha Rao",
    "phone": "9845012345",
    "line1": "12 Temple Street",
    "city": "Mysuru",
    "state": "Karnataka",
    "postal_code": "570001",
}


async def rows_of(staff: Browser, path: str = PATH) -> list[dict[str, str]]:
    answer = await staff.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    text = (await answer.get_data()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def some_customers(running: RunningApp) -> None:
    asha = shopper_browser(running)
    await asha.post("/register", {**FORM, "email": "asha@example.in", "name": "Asha Rao"})
    await asha.post("/account/addresses", ADDRESS)
    await shopper_browser(running).post("/register", {**FORM, "email": "eve@example.in", "name": "=1+1"})


async def test_whoever_may_download_gets_whole_contacts_and_it_is_noted(running: RunningApp):
    await some_customers(running)
    eve, asha = await rows_of(await staff_browser(running))
    assert (asha["email"], asha["city"], asha["postal_code"]) == ("asha@example.in", "Mysuru", "570001")
    assert eve["name"] == "'=1+1"
    noted = await running.shop.mongo.collection("audit_log").find({"action": "customers.exported"}).to_list(None)
    assert [entry["detail"]["masked"] for entry in noted] == [False]


async def test_others_get_it_masked_or_not_at_all(running: RunningApp):
    await some_customers(running)
    found = await rows_of(await staff_browser(running, "support"))
    assert len(found) == 2
    assert all("@example.in" in row["email"] and "asha" not in row["email"] for row in found)
    assert (await (await staff_browser(running, "warehouse")).get(PATH)).status_code == 403
    assert (await shopper_browser(running).get(PATH)).status_code in {303, 401, 403}


async def test_a_search_narrows_it_and_more_than_a_batch_comes_whole(running: RunningApp):
    await some_customers(running)
    staff = await staff_browser(running)
    assert [row["name"] for row in await rows_of(staff, f"{PATH}?q=asha")] == ["Asha Rao"]
    stored = await running.shop.mongo.collection("customers").find_one({"email": "asha@example.in"})
    many = [{**stored, "_id": f"{number:026}", "email": f"c{number}@example.in"} for number in range(1_203)]
    await running.shop.mongo.collection("customers").insert_many(many)
    emails = [row["email"] for row in await rows_of(staff)]
    assert len(emails) == len(set(emails)) == 1_205
