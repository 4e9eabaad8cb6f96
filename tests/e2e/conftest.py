"""A demo shop of real processes, and a real browser to walk through it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

from tests.processes import PATIENT, SOON, RunningDemo, running_demo

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

TIMEOUT = 60_000
"""Milliseconds."""

expect.set_options(timeout=TIMEOUT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests cannot run: say so loudly, and fail where CI promised one."""
    if CHROMIUM is None and not os.environ.get("CI"):
        loud = pytest.mark.skip(reason="NO CHROMIUM: THE BROWSER TESTS DID NOT RUN (apt-get install chromium)")
        for item in items:
            if "e2e" in item.keywords:
                item.add_marker(loud)


@pytest.fixture(scope="session")
def demo(seeded: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """The demo shop, started as a user would."""
    with running_demo(seeded(tmp_path_factory.mktemp("demo") / "data"), **PATIENT) as running:
        yield running


# By module: while Playwright's loop is open, no test of this process can run one of its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, with Debian's Chromium."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One browser for a module's tests."""
    assert CHROMIUM, "no Chromium here; .ci/run installs it with apt-get install chromium"
    launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=2 * TIMEOUT)
    yield launched
    launched.close()


@dataclass(frozen=True)
class Visitor:
    """A browser window of its own on the demo shop, which keeps pictures of what it saw where SPOEQ_SHOTS says."""

    page: Page
    base_url: str
    shots: Path | None

    def go(self, path: str) -> None:
        """Open a page of the shop."""
        answer = self.page.goto(f"{self.base_url}{path}")
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"

    def sees(self, path: str, what: Locator, times: int | None = None) -> None:
        """Open a page until it shows this (so many times): what one process changed, the others follow in a moment."""
        until = time.monotonic() + SOON
        while True:
            self.page.goto(f"{self.base_url}{path}")
            count = what.count()
            if count == times or (count and times is None):
                return
            assert time.monotonic() < until, f"{path} never showed {what} {'' if times is None else times}"
            self.page.wait_for_timeout(300)

    def shot(self, name: str) -> None:
        """Keep a picture, if somebody wants to look at it."""
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)


@pytest.fixture
def visitors(browser: Browser, demo: RunningDemo) -> Iterator[object]:
    """Makes visitors: `visitors(javascript=False, width=390)`."""
    contexts: list[BrowserContext] = []
    shots = os.environ.get("SPOEQ_SHOTS")

    def make(*, javascript: bool = True, width: int = 390, name: str = "visitor") -> Visitor:
        context = browser.new_context(java_script_enabled=javascript, viewport={"width": width, "height": 844})
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        return Visitor(context.new_page(), demo.base_url, Path(shots, name) if shots else None)

    yield make
    for context in contexts:
        context.close()
