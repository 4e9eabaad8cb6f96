"""How often a test run looks for garbage; in each process of pytest-xdist, and in a run without it."""

from __future__ import annotations

import gc

COLLECT = (50_000, 20, 50)
"""A test run keeps all modules and tests, and each app that a test starts is much: by itself Python would spend a
third of the time on going through them."""


def pytest_collection_finish() -> None:
    """What is there now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
