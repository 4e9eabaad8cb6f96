"""Staff ask a plugin whether it can do its work with its settings as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoeq_core.hooks.contributions import HealthReport
from spoeq_core.plugins.lifecycle import disable_plugin
from spoeq_core.testing.clients import app_with
from spoeq_core.testing.visitors import staff_browser
from tests.shopping import plugin

PATH = "/admin/plugins/courier"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (HealthReport(ok=True), "Courier works."),
        (HealthReport(ok=False, detail="the password is refused"), "Courier does not work: the password is refused"),
        (HealthReport(ok=False), "Courier does not work: it does not say why"),
        (None, "Courier says nothing"),
        (RuntimeError("no route"), "Courier says nothing"),
    ],
)
async def test_what_it_says_is_told(
    servers: tuple[str, str], tmp_path: Path, found: HealthReport | Exception | None, words: str
):
    async def health_report() -> HealthReport | None:
        if isinstance(found, Exception):
            raise found
        return found

    async with app_with(plugin("courier", health_report=health_report), servers=servers, data_dir=tmp_path) as app:
        admin = await staff_browser(app, "admin")
        assert "Check it now" in await admin.text(PATH)
        answer = await admin.post(f"{PATH}/check")
        assert (answer.status_code, answer.location) == (303, PATH)
        assert words in await admin.text(PATH)
        await disable_plugin(app.shop, "courier")
        assert "Check it now" not in await admin.text(PATH)
        await admin.post(f"{PATH}/check")
        assert "Courier says nothing" in await admin.text(PATH), "one that is switched off is not asked"
        assert (await (await staff_browser(app, "warehouse")).post(f"{PATH}/check")).status_code == 403
        assert (await admin.post("/admin/plugins/nobody/check")).status_code == 404


async def test_one_that_has_nothing_to_check_has_no_button(servers: tuple[str, str], tmp_path: Path):
    async with app_with(plugin("courier"), servers=servers, data_dir=tmp_path) as app:
        assert "Check it now" not in await (await staff_browser(app, "admin")).text(PATH)
