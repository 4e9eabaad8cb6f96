"""Every plugin of this repository passes `spoeq plugins check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoeq_core.testing.check.runner import check_plugin
from spoeq_core.testing.check.subject import find_subject
from tests.contracts.repository import addons

NAMES = sorted(addon.folder.name for addon in addons() if addon.kind == "plugins")
# Codes that a price hook knows only because its demo data brings them.
CODES = {"coupons": ("WELCOME10",)}


@pytest.mark.parametrize("name", NAMES)
async def test_it_passes(name: str, servers: tuple[str, str], tmp_path: Path):
    # `make types` runs mypy over all of them.
    subject = find_subject(name, codes=CODES.get(name, ()), mypy=False)
    report = await check_plugin(subject, servers=servers, folder=tmp_path)
    assert report.exit_code == 0, report.text()
    assert "unchecked" not in {outcome.status for outcome in report.outcomes}, report.text()
