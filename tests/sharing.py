"""How pytest-xdist shares the suite out among its workers; nothing of this concerns a run in one process."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from spoeq_core.kernel.processes import ports

WHOLE_SHOPS = ("tests/e2e/", "tests/chaos/")
"""They run demo shops of many processes, and browsers: two of them at once would starve each other."""


class ByFile(LoadScopeScheduling):
    """Hands a file's tests to one worker, and all tests of whole shops, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "whole shops" if file.startswith(WHOLE_SHOPS) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:
    """Unless another way to share out was asked for (--dist)."""
    if config.option.dist != "load":
        return None
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """A worker has ports of its own: what it found to be free is not taken by another one before a server has it."""
    worker = getattr(config, "workerinput", None)
    if worker:
        share = len(ports.SERVER_PORTS) // int(worker["workercount"])
        first = int(worker["workerid"].removeprefix("gw")) * share
        ports.SERVER_PORTS = ports.SERVER_PORTS[first : first + share]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that at the end no worker is left alone with it."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if "slow" in item.keywords}
        items.sort(key=lambda item: 0 if item.nodeid.startswith(WHOLE_SHOPS) else 1 if item.path in slow else 2)
