"""Staff's pages of settings, plugins, events that failed, stock, and the log of who did what."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import pytest

from spoeq_core.audit.service import find_entries, record
from spoeq_core.inventory.service import get_stock
from spoeq_core.kernel.clock import FixedClock
from spoeq_core.kernel.outbox import RECORDS, DeadLetters
from spoeq_core.kernel.settings import Settings
from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import Browser, staff_browser
from spoeq_core.web.admin.merging import differences, merged, pack, unpack
from spoeq_core.web.admin.settings import environment_view


def form_of(html: str, action: str) -> dict[str, str]:
    """The values that the page's form would send."""
    return form_around(html, f'action="{action}" novalidate')


def form_around(html: str, mark: str) -> dict[str, str]:
    """The values that the form would send in which this stands."""
    at = html.index(mark)
    form = html[html.rindex("<form", 0, at) : html.index("</form>", at)]
    found = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form)}
    boxes = {name for name in re.findall(r'type="checkbox" id="[^"]*" name="([^"]+)"(?![^>]*checked)', form)}
    return {name: value for name, value in found.items() if name not in boxes}


async def test_settings_are_saved_and_written_down(app: RunningApp, admin: Browser) -> None:
    form = form_of(await admin.text("/admin/settings"), "/admin/settings")
    assert form["currency"] == "INR"
    answer = await admin.post("/admin/settings", {**form, "name": "Neel & Co", "grievance_officer": "R. Iyer"})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    assert app.shop.profile.name == "Neel & Co"
    assert app.shop.profile.prices_include_tax
    (entry,) = await find_entries(app.shop, target="plugin:core")
    assert entry.detail["grievance_officer"] == ["", "R. Iyer"]
    assert "currency" not in entry.detail
    assert "Shop name" in await admin.text("/admin/settings?q=shop+name")


async def test_a_wrong_setting_is_told_at_its_field(app: RunningApp, admin: Browser) -> None:
    form = form_of(await admin.text("/admin/settings"), "/admin/settings")
    answer = await admin.post("/admin/settings", {**form, "order_prefix": "too long!", "name": "Kept"})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#f-order_prefix"' in html
    assert 'value="Kept"' in html


async def test_two_who_change_different_settings_both_win(app: RunningApp, admin: Browser) -> None:
    mine = theirs = form_of(await admin.text("/admin/settings"), "/admin/settings")
    await admin.post("/admin/settings", {**theirs, "name": "Theirs"})
    answer = await admin.post("/admin/settings", {**mine, "email": "mine@example.in"})
    assert answer.status_code == 303
    assert (app.shop.profile.name, app.shop.profile.email) == ("Theirs", "mine@example.in")


async def test_two_who_change_the_same_setting_are_shown_both(app: RunningApp, admin: Browser) -> None:
    mine = theirs = form_of(await admin.text("/admin/settings"), "/admin/settings")
    await admin.post("/admin/settings", {**theirs, "name": "Theirs", "tagline": "New"})
    answer = await admin.post("/admin/settings", {**mine, "name": "Mine"})
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'name="take-name" value="theirs"' in html
    assert "taken over" in html
    assert app.shop.profile.name == "Theirs"
    again = form_of(html, "/admin/settings")
    assert (again["name"], again["tagline"]) == ("Mine", "New")
    await admin.post("/admin/settings", {**again, "take-name": "theirs"})
    assert (app.shop.profile.name, app.shop.profile.tagline) == ("Theirs", "New")
    final = form_of(await admin.text("/admin/settings"), "/admin/settings")
    await admin.post("/admin/settings", {**final, "name": "Mine", "take-name": "mine"})
    assert app.shop.profile.name == "Mine"


def test_a_field_is_a_conflict_only_where_somebody_else_changed_it() -> None:
    base = {"a": "1", "b": "1", "c": "1", "d": "1"}
    mine = {"a": "2", "b": "1", "c": "2", "d": "2"}
    theirs = {"a": "1", "b": "3", "c": "3", "d": "2"}
    found = differences(base, mine, theirs)
    assert [(item.field, item.both) for item in found] == [("b", False), ("c", True)]
    assert merged(mine, found) == {"a": "2", "b": "3", "c": "2", "d": "2"}
    assert unpack(pack(base)) == base
    assert unpack("nonsense") == unpack("[1]") == unpack("x" * 300_000) == {}


def test_the_environment_is_shown_without_its_secrets() -> None:
    given: dict[str, Any] = {"mongodb_uri": "mongodb://asha:hunter2@db.example:27017/x", "secret_key": "hunter3" * 8}
    rows = {row["name"]: row for row in environment_view(Settings(**given))}
    assert "hunter" not in str(rows)
    assert rows["SPOEQ_MONGODB_URI"] == {
        **rows["SPOEQ_MONGODB_URI"],
        "value": "mongodb://db.example:27017",
        "given": True,
    }
    assert not rows["SPOEQ_STRICT_PLUGINS"]["given"]


async def test_switching_a_plugin_off_says_what_goes_and_can_be_undone(app: RunningApp, admin: Browser) -> None:
    html = await admin.text("/admin/plugins/door")
    assert "A way to pay" in html
    await admin.post("/admin/plugins/door/disable")
    assert "door" not in app.shop.hooks.enabled
    said = await admin.text("/admin/plugins/door")
    undo = re.search(r'<form class="note__undo" method="post" action="([^"]+)"', said)
    assert undo is not None
    await admin.post(undo[1])
    assert "door" in app.shop.hooks.enabled
    entries = await find_entries(app.shop, target="plugin:door")
    assert [entry.action for entry in entries] == ["plugin.enabled", "plugin.disabled"]


async def dead(app: RunningApp, clock: FixedClock, number: int, error: str) -> None:
    name = "letters:send"
    await app.shop.mongo.collection(RECORDS).insert_one(
        {
            "_id": f"e{number}",
            "type": "OrderPaid",
            "data": {"order_id": "o", "email": "asha@example.in", "to": {"phone": "98450"}},
            "at": clock.now(),
            "source": {},
            "deliveries": {name: {"state": "dead", "attempts": 8, "error": error}},
            "dead": True,
        }
    )


async def test_what_failed_alike_is_handled_together(app: RunningApp, admin: Browser, clock: FixedClock) -> None:
    for number in range(7):
        await dead(app, clock, number, "SMTPError: refused" if number else "KeyError: 'x'")
    html = await admin.text("/admin/dead-letters")
    assert "6 times" in html
    assert "asha@example.in" not in html
    assert "98450" not in html
    assert "and 1 more" in html
    assert "7 events were not handled" in await admin.text("/admin")
    group = re.findall(r'name="group" value="(\w+)"', html)[0]
    answer = await admin.post("/admin/dead-letters/e1", {"group": group, "action": "discard"})
    assert answer.status_code == 422
    assert "Say why" in await answer.get_data(as_text=True)
    await admin.post("/admin/dead-letters/e1", {"action": "replay"})
    await admin.post("/admin/dead-letters/e2", {"group": group, "action": "discard", f"reason-{group}": "old"})
    left = await DeadLetters(app.shop.mongo, app.shop.clock).find()
    assert [letter.id for letter in left] == ["e0"]
    assert (await admin.post("/admin/dead-letters/e2", {"action": "replay"})).status_code == 404
    (entry,) = await find_entries(app.shop, target=f"event:{group}")
    assert entry.detail == {"events": 5, "reason": "old"}


async def test_two_who_replay_at_once_do_it_once(app: RunningApp, admin: Browser, clock: FixedClock) -> None:
    for number in range(4):
        await dead(app, clock, number, "the same")
    group = re.findall(r'name="group" value="(\w+)"', await admin.text("/admin/dead-letters"))[0]
    form = {"group": group, "action": "replay"}
    await asyncio.gather(*(admin.post("/admin/dead-letters/e0", form) for _ in range(2)))
    entries = [entry for entry in await find_entries(app.shop) if entry.action == "event.replayed"]
    assert sum(entry.detail["events"] for entry in entries) == 4


async def test_stock_moves_for_a_reason_and_back(app: RunningApp, admin: Browser) -> None:
    path = "/admin/inventory/KURTA"
    wrong = await admin.post(path, {"delta": "5"})
    assert wrong.status_code == 422
    await admin.post(path, {"delta": "-3", "reason": "damaged", "note": "wet carton"})
    html = await admin.text(path)
    assert "Damaged: wet carton" in html
    assert (await get_stock(app.shop, "KURTA")).on_hand == 97
    assert 'name="delta" value="3"' in html, "the way back"
    await admin.post(path, {"delta": "3", "reason": "correction", "note": "Undone"})
    assert (await get_stock(app.shop, "KURTA")).on_hand == 100
    stay = await admin.post(path, {"delta": "1", "reason": "received", "stay": "1"})
    assert stay.headers["Location"] == "/admin/inventory"
    assert (await admin.post(path, {"delta": "-900", "reason": "lost"})).status_code == 409


async def test_a_form_that_is_sent_twice_books_once(app: RunningApp, admin: Browser) -> None:
    path = "/admin/inventory/KURTA"
    sent = form_around(await admin.text(path), f'action="{path}"')
    form = {**sent, "delta": "5", "reason": "received"}
    answers = await asyncio.gather(*(admin.post(path, form) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert (await get_stock(app.shop, "KURTA")).on_hand == 105
    await admin.post(path, {**form, "delta": "6"})
    assert (await get_stock(app.shop, "KURTA")).on_hand == 111, "the same form with other figures is another change"
    undo = form_around(await admin.text(path), 'name="delta" value="-6"')
    await asyncio.gather(*(admin.post(path, undo) for _ in range(2)))
    assert (await get_stock(app.shop, "KURTA")).on_hand == 105
    row = form_around(await admin.text("/admin/inventory"), f'action="{path}"')
    await asyncio.gather(*(admin.post(path, {**row, "delta": "-2", "reason": "lost"}) for _ in range(2)))
    assert (await get_stock(app.shop, "KURTA")).on_hand == 103


async def test_the_log_is_read_by_thing_and_person_and_exported(app: RunningApp, admin: Browser) -> None:
    await record(app.shop, "x.done", "order:1", actor_id="a1", actor_name="=Asha()", detail={"price": [1, 2]})
    await record(app.shop, "y.done", "order:2", actor_id="a2", actor_name="Meera")
    html = await admin.text("/admin/audit?target=order:1")
    assert "1 → 2" in html
    assert "order:2" not in html
    assert "By Meera" in await admin.text("/admin/audit?actor=a2")
    csv = await (await admin.get("/admin/audit.csv?actor=a1")).get_data(as_text=True)
    assert ",'=Asha()," in csv
    support = await staff_browser(app, "support")
    assert (await support.get("/admin/audit")).status_code == 403
    assert (await support.get("/admin/audit.csv")).status_code == 403


@pytest.mark.parametrize("role", ["staff", "warehouse", "support"])
async def test_settings_and_plugins_are_for_admins(app: RunningApp, role: str) -> None:
    browser = await staff_browser(app, role)
    for path in ("/admin/settings", "/admin/plugins", "/admin/plugins/door"):
        assert (await browser.get(path)).status_code == 403
    assert (await browser.post("/admin/settings", {"name": "x"})).status_code == 403
