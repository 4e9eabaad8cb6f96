"""What holds for all tests of the core: slow machines fail no property, and demo shops start from one seeded folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from spoeq_core.kernel.processes import free_port
from tests.processes import start_demo, stop_demo

settings.register_profile("spoeq", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("spoeq")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Copies the data of a demo shop that was seeded once and stopped: `seeded(folder)` makes and gives the folder."""
    first = tmp_path_factory.mktemp("seeded") / "data"
    assert stop_demo(start_demo(first, free_port())) == 0

    def copy(folder: Path) -> Path:
        return shutil.copytree(first, folder)

    return copy
