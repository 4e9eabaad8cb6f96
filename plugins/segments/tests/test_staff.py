"""The staff pages, without a script, and the JSON for staff."""

from __future__ import annotations

import re
from typing import Any

import pytest

from spoeq_core.audit.documents import EntryRepository
from spoeq_core.identity.model import Customer
from spoeq_core.identity.service import register_customer, segments_of
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, Program, shopper_browser, shopper_program, staff_browser, staff_program
from spoeq_segments.model import Rule
from spoeq_segments.service import find_segment

ADMIN = "/admin/segments"
VIP = {"name": "Very  important", "code": "vip", "rule": "hand"}


@pytest.fixture
async def staff(running: RunningApp) -> Browser:
    return await staff_browser(running)


@pytest.fixture
async def program(running: RunningApp) -> Program:
    return await staff_program(running)


async def customer(running: RunningApp, email: str = "asha@example.in", name: str = "Asha Rao") -> Customer:
    return await register_customer(running.shop, email=email, password="neem leaves at dawn", name=name)


async def text_of(answer: Any) -> str:
    return str(await answer.get_data(as_text=True))


async def test_staff_make_a_segment_and_see_it(running: RunningApp, staff: Browser):
    assert "No segments yet" in await staff.text(ADMIN)
    answer = await staff.post(f"{ADMIN}/new", VIP)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ADMIN}/vip")
    found = await find_segment(running.shop, "vip")
    assert (found.name, found.rule) == ("Very important", Rule.HAND)
    page = await staff.text(ADMIN)
    assert "Very important" in page
    assert "Chosen by hand" in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "Say what it is called"),
        ({"code": "VIP!"}, "lower case letters"),
        ({"rule": "nobody"}, "Choose who is in it."),
        ({"rule": "orders"}, "Enter 1 to 10000 orders."),
        ({"rule": "orders", "number": "many"}, "whole number"),
        ({"rule": "quiet", "number": "0"}, "Enter 1 to 3650 days."),
        ({"rule": "spent", "amount": "lots"}, "lots"),
        ({"rule": "spent"}, "The amount must be above zero."),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_typed_is_lost(staff: Browser, fields: dict[str, str], told: str):
    answer = await staff.post(f"{ADMIN}/new", {**VIP, **fields})
    page = await text_of(answer)
    assert answer.status_code == 422
    assert told in page
    for name, typed in {**VIP, **fields}.items():
        assert typed in page or name == "rule"


async def test_a_code_that_is_given_is_a_conflict(staff: Browser):
    await staff.post(f"{ADMIN}/new", VIP)
    answer = await staff.post(f"{ADMIN}/new", {**VIP, "name": "Others"})
    assert answer.status_code == 409
    page = await text_of(answer)
    assert "There is a segment vip already." in page
    assert "Others" in page


async def test_a_rule_can_be_changed_and_two_who_change_the_same_are_asked(running: RunningApp, staff: Browser):
    await staff.post(f"{ADMIN}/new", {**VIP, "rule": "spent", "amount": "5,000"})
    assert (await find_segment(running.shop, "vip")).amount == 500_000
    found = re.search(r'name="base" value="([^"]*)"', await staff.text(f"{ADMIN}/vip"))
    assert found is not None
    base = found[1].replace("&#34;", '"').replace("&quot;", '"')
    await staff.post(f"{ADMIN}/vip", {"name": "Mine", "rule": "orders", "number": "3", "base": base})
    answer = await staff.post(f"{ADMIN}/vip", {"name": "Yours", "rule": "spent", "amount": "5000", "base": base})
    assert answer.status_code == 409
    stored = await find_segment(running.shop, "vip")
    assert (stored.name, stored.rule, stored.number, stored.amount) == ("Mine", Rule.ORDERS, 3, 0)


async def test_a_customer_is_found_by_what_they_are_called_and_put_in(running: RunningApp, staff: Browser):
    asha = await customer(running)
    other = await customer(running, "asha@example.in.net", "Asha Iyer")
    await staff.post(f"{ADMIN}/new", VIP)
    answer = await staff.post(f"{ADMIN}/vip/members", {"who": "ASHA@example.in"})
    assert answer.status_code == 303
    assert await segments_of(running.shop, asha.id) == {"segments.vip"}
    answer = await staff.post(f"{ADMIN}/vip/members", {"who": "asha@"})
    page = await text_of(answer)
    assert answer.status_code == 200
    assert "Who is meant?" in page
    assert "Asha Iyer" in page
    assert await segments_of(running.shop, other.id) == frozenset()
    answer = await staff.post(f"/admin/segment-members/{other.id}", {"add": "vip", "in_segment": "1"})
    assert answer.headers["Location"] == f"{ADMIN}/vip"
    page = await staff.text(f"{ADMIN}/vip")
    assert "2 customers" in page
    assert "asha@example.in<" not in page, "an address can be recognised, not copied"


@pytest.mark.parametrize("typed", ["", "nobody@example.in", "a" * 500])
async def test_who_is_not_found_is_told(running: RunningApp, staff: Browser, typed: str):
    await staff.post(f"{ADMIN}/new", VIP)
    answer = await staff.post(f"{ADMIN}/vip/members", {"who": typed})
    assert answer.status_code == 422
    page = await text_of(answer)
    assert "No customer has this" in page or "Enter an e-mail address." in page
    assert typed in page


async def test_a_customers_page_shows_and_changes_segments(running: RunningApp, staff: Browser):
    asha = await customer(running)
    await staff.post(f"{ADMIN}/new", VIP)
    await staff.post(f"{ADMIN}/new", {"name": "Regular", "code": "regular", "rule": "orders", "number": "1"})
    page = await staff.text(f"/admin/customers/{asha.id}")
    assert "In none." in page
    assert '<option value="vip"' in page
    assert '<option value="regular"' not in page, "nobody is put in where a rule decides"
    answer = await staff.post(f"/admin/segment-members/{asha.id}", {"add": "vip"})
    assert answer.headers["Location"] == f"/admin/customers/{asha.id}"
    page = await staff.text(f"/admin/customers/{asha.id}")
    assert "Remove from Very important" in page
    assert "Asha Rao is in Very important." in page
    await staff.post(f"/admin/segment-members/{asha.id}", {"remove": "vip"})
    assert await segments_of(running.shop, asha.id) == frozenset()
    nothing = await staff.post(f"/admin/segment-members/{asha.id}", {})
    assert nothing.status_code == 303
    assert "Choose a segment." in await staff.text(f"/admin/customers/{asha.id}")


@pytest.mark.parametrize("customer_id", ["nobody", "a%0d%0ab", "x" * 3000])
@pytest.mark.parametrize("form", [{}, {"add": "vip"}, {"remove": "vip"}])
async def test_who_does_not_exist_is_not_found(staff: Browser, customer_id: str, form: dict[str, str]):
    await staff.post(f"{ADMIN}/new", VIP)
    assert (await staff.post(f"/admin/segment-members/{customer_id}", form)).status_code == 404


async def test_who_has_no_right_sees_the_panel_and_changes_nothing(running: RunningApp, staff: Browser):
    asha = await customer(running)
    await staff.post(f"{ADMIN}/new", VIP)
    await staff.post(f"/admin/segment-members/{asha.id}", {"add": "vip"})
    support = await staff_browser(running, "support")
    page = await support.text(f"/admin/customers/{asha.id}")
    assert "Very important" in page
    assert "Remove from" not in page
    assert (await support.post(f"/admin/segment-members/{asha.id}", {"remove": "vip"})).status_code == 403
    assert await segments_of(running.shop, asha.id) == {"segments.vip"}


async def test_deleting_takes_it_away(running: RunningApp, staff: Browser):
    await staff.post(f"{ADMIN}/new", VIP)
    assert (await staff.post(f"{ADMIN}/vip/delete")).status_code == 303
    assert (await staff.get(f"{ADMIN}/vip")).status_code == 404
    assert (await staff.post(f"{ADMIN}/vip/delete")).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("admin", 200), ("staff", 200), ("support", 403), ("warehouse", 403)])
async def test_who_may(running: RunningApp, role: str, status: int):
    browser, client = await staff_browser(running, role), await staff_program(running, role)
    assert (await browser.get(ADMIN)).status_code == status
    assert (await client.get("/segments"))[0] == status


async def test_strangers_may_not(running: RunningApp):
    assert (await shopper_browser(running).get(ADMIN)).status_code == 303
    assert (await shopper_program(running).get("/segments"))[0] == 401


async def test_the_api_makes_reads_changes_and_deletes(running: RunningApp, program: Program):
    body = {"code": "big", "name": "Big spenders", "rule": "spent", "amount": {"amount": 500_000}}
    status, made = await program.post("/segments", body)
    assert status == 201
    assert made == {
        "code": "big",
        "key": "segments.big",
        "name": "Big spenders",
        "rule": "spent",
        "number": None,
        "amount": {"amount": 500_000, "currency": "INR"},
        "members": None,
        "version": 1,
    }
    assert await program.get("/segments/big") == (200, made)
    assert (await program.post("/segments", body))[0] == 409
    status, changed = await program.patch("/segments/big", {"rule": "orders", "number": 3}, {"If-Match": '"1"'})
    assert (status, changed["rule"], changed["number"], changed["version"]) == (200, "orders", 3, 2)
    assert (await program.patch("/segments/big", {"name": "x"}, {"If-Match": '"1"'}))[0] == 409
    assert (await program.get("/segments"))[1]["items"] == [changed]
    assert (await program.delete("/segments/big", {"If-Match": '"1"'}))[0] == 409
    assert await program.delete("/segments/big") == (204, None)
    assert (await program.get("/segments/big"))[0] == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"code": "No!"}, "code"),
        ({"name": ""}, "name"),
        ({"rule": "magic"}, "rule"),
        ({"rule": "orders"}, "number"),
        ({"rule": "orders", "number": 2**70}, "number"),
        ({"rule": "spent", "amount": {"amount": 0}}, "amount"),
        ({"rule": "spent", "amount": {"amount": 1, "currency": "USD"}}, "amount"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_the_api_says_what_is_wrong(program: Program, wrong: dict[str, Any], field: str):
    status, refused = await program.post("/segments", {"code": "vip", "name": "Very important", **wrong})
    assert (status, [error["field"] for error in refused["errors"]]) == (422, [field])


async def test_the_api_puts_members_in_and_takes_them_out(running: RunningApp, program: Program):
    asha = await customer(running)
    await program.post("/segments", {"code": "vip", "name": "Very important"})
    for _ in range(2):
        assert (await program.ask("PUT", f"/segments/vip/members/{asha.id}"))[0] == 204
    status, page = await program.get("/segments/vip/members")
    assert (status, page["total"]) == (200, 1)
    assert [(one["customer_id"], one["name"]) for one in page["items"]] == [(asha.id, "Asha Rao")]
    assert (await program.get("/segments/vip"))[1]["members"] == 1
    assert (await program.delete(f"/segments/vip/members/{asha.id}"))[0] == 204
    assert (await program.delete(f"/segments/vip/members/{asha.id}"))[0] == 404
    assert (await program.ask("PUT", "/segments/vip/members/nobody"))[0] == 404
    await program.patch("/segments/vip", {"rule": "business"})
    assert (await program.ask("PUT", f"/segments/vip/members/{asha.id}"))[0] == 409


async def test_what_staff_did_is_written_down(running: RunningApp, staff: Browser):
    asha = await customer(running)
    await staff.post(f"{ADMIN}/new", VIP)
    await staff.post(f"/admin/segment-members/{asha.id}", {"add": "vip"})
    await staff.post(f"/admin/segment-members/{asha.id}", {"remove": "vip"})
    entries = await running.shop.repository(EntryRepository).find({"target": "segment:vip"}, sort=[("_id", 1)])
    assert [(entry.action, dict(entry.detail)) for entry in entries] == [
        ("segment.created", {}),
        ("segment.member_added", {"customer": asha.id}),
        ("segment.member_removed", {"customer": asha.id}),
    ]
