"""The checks of `spoeq plugins check` as tests: inherit the class and name the plugin."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoeq_core.testing.check.lab import Lab
from spoeq_core.testing.check.model import Check
from spoeq_core.testing.check.registry import CHECKS
from spoeq_core.testing.check.runner import run_check
from spoeq_core.testing.check.subject import find_subject


class PluginContract:
    """Conformance tests of an installed plugin (`pip install -e .`), one for each check.

    Attributes:
        plugin: Its name, that of its entry point.
        codes: Coupon codes that its price hooks know, so that the laws of pricing are tried with them.
        mypy: Whether its types are checked here too: the first time it takes a minute.

    Example:
        class TestGiftWrap(PluginContract):
            plugin = "gift_wrap"
    """

    plugin: str
    codes: tuple[str, ...] = ()
    mypy = False

    @pytest.mark.asyncio
    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
    async def test_it_passes(self, check: Check, servers: tuple[str, str], tmp_path: Path) -> None:
        """What the check means holds; what it has nothing to look at for is skipped."""
        subject = find_subject(self.plugin, codes=self.codes, mypy=self.mypy)
        async with Lab(servers, tmp_path, subject) as lab:
            outcome = await run_check(check, subject, lab)
        if outcome.status in ("skipped", "unchecked"):
            pytest.skip(outcome.note)
        assert not outcome.faults, f"{outcome.means} {outcome.mend}"
