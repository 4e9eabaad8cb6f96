"""The plugin's page says what it keeps, and what of persons is in it."""

from __future__ import annotations

import re

from spoeq_core.testing.clients import RunningApp
from spoeq_core.testing.visitors import staff_browser, staff_program


async def test_staff_see_what_a_plugin_keeps_and_what_is_personal(app: RunningApp):
    html = await (await staff_browser(app, "admin")).text("/admin/plugins/keeper")
    kept = " ".join(re.sub(r"<[^>]+>", " ", html[html.index("Keeps data with") :]).split())
    assert "Products: Months, Repair, Covers, Abroad, Supplier" in kept
    assert "Orders: Gate, Fragile, Trail, Remark contact details of people" in kept
    assert "Customers: Points, Card sensitive details of people" in kept
    assert "Fields that it adds to products" in html
    assert "Keeps data with" not in await (await staff_browser(app, "admin")).text("/admin/plugins/delivery")


async def test_the_api_says_the_same(app: RunningApp):
    status, plugins = await (await staff_program(app, "admin")).get("/admin/plugins")
    assert status == 200
    (keeper,) = [plugin for plugin in plugins["items"] if plugin["name"] == "keeper"]
    assert {one["target"]: one["pii"] for one in keeper["extensions"]} == {
        "product": "none",
        "variant": "none",
        "cart_line": "none",
        "order": "contact",
        "customer": "sensitive",
    }
