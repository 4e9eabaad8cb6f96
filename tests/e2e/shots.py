"""Pictures of every page: phone and desk; light, dark, Hindi and without a script; and the contact sheets of them.

`nox -s shots` takes them all from a demo shop of its own; `nox -s shots -- --only cart --only checkout` those whose
name holds one of the words. With no `--only`, the contact sheets in docs/images are made anew.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.e2e.days import plan_days
from tests.e2e.hard import plan_hard, plan_roles, stock_hard_goods
from tests.e2e.sheet import make_sheet
from tests.e2e.tour import Stop, plan_tour
from tests.processes import RunningDemo, running_demo

ROOT = Path(__file__).parents[2]
HANDS = 2
MISSING = "/no-such-page"
HIGHEST = 8000
SEEN = """() => Promise.all([...document.images].map(image => image.complete || new Promise(done => {
    image.onload = image.onerror = done; setTimeout(done, 5000);
}))).then(() => Promise.allSettled([...document.images].filter(each => each.complete).map(each => each.decode())))
    .then(() => document.fonts.ready).then(() => document.documentElement.scrollHeight)"""


@dataclass(frozen=True)
class Look:
    """How somebody sees a page."""

    name: str
    scheme: Literal["light", "dark"] = "light"
    language: str = "en"
    javascript: bool = True


LIGHT, DARK = Look("light"), Look("dark", scheme="dark")
HINDI, NO_SCRIPT = Look("hindi", language="hi"), Look("noscript", javascript=False)
LOOKS = (LIGHT, DARK, HINDI, NO_SCRIPT)
WIDTHS = (390, 1280)
SHEETS = {
    "storefront": ("390-light", "390-hindi", "1280-dark", "1280-noscript"),
    "admin": ("390-dark", "390-hindi", "1280-light", "1280-dark"),
}
Cookies = dict[str, list[dict[str, object]]]


@dataclass(frozen=True)
class Shot:
    """One picture to take."""

    who: str
    width: int
    look: Look
    stop: Stop

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.stop.name}-{self.width}-{self.look.name}.png"


def shots_of(stops: Iterable[Stop], looks: Sequence[Look] = LOOKS) -> Iterator[Shot]:
    """Each page as it can look; what staff see without a script is what they see with it."""
    for stop in stops:
        for look in looks:
            if look.javascript or not (stop.shows or stop.path.startswith("/admin")):
                yield from (Shot(stop.who, width, look, stop) for width in WIDTHS)


def take(browser: Browser, base_url: str, cookies: list[dict[str, object]], shots: Sequence[Shot], out: Path) -> None:
    """The pictures of one visitor at one width in one look."""
    first = shots[0]
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": first.width, "height": 844},
        color_scheme=first.look.scheme,
        java_script_enabled=first.look.javascript,
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    context.add_cookies([{"name": "spoeq_lang", "value": first.look.language, "url": base_url}])
    page = context.new_page()
    for shot in shots:
        picture(page, shot, out / shot.file)
    context.close()


def picture(page: Page, shot: Shot, file: Path) -> None:
    """The whole page, with what loads late; a sticky bar where it ends up, not over what it covers on the way."""
    page.set_viewport_size({"width": shot.width, "height": 844})
    answer = page.goto(shot.stop.path)
    assert answer is not None
    assert answer.ok or shot.stop.path.endswith(MISSING), f"{shot.stop.path} answers {answer.status}"
    if shot.stop.meanwhile:
        shot.stop.meanwhile()
    for selector in shot.stop.then:
        press(page, selector)
    if shot.stop.typed:
        page.keyboard.type(shot.stop.typed)
    if shot.stop.shows:
        page.locator(shot.stop.shows).first.wait_for()
    high = int(page.evaluate(SEEN))
    if not shot.stop.one_screen:
        page.set_viewport_size({"width": shot.width, "height": min(HIGHEST, high)})
        page.evaluate(SEEN)
    page.screenshot(path=file, animations="disabled", caret="hide")


def press(page: Page, selector: str) -> None:
    """Presses something, or chooses a value in a list."""
    where, _, value = selector.partition(" <- ")
    if value:
        page.locator(where).first.select_option(value)
    else:
        page.locator(where).first.click()
        page.wait_for_load_state()


def take_all(demo: RunningDemo, only: Sequence[str], out: Path) -> list[Shot]:
    """Every picture that was asked for, by several browsers at once; what was taken."""
    with browsing() as browser:
        tour, roles = plan_tour(browser, demo.base_url), plan_roles(browser, demo.base_url)
    shots = [*shots_of(tour.stops), *shots_of(roles.stops, looks=(LIGHT,))]
    usual = take_round(demo.base_url, {**tour.cookies, **roles.cookies}, chosen(shots, only), out)
    ids = stock_hard_goods(demo)
    with browsing() as browser:
        hard, days = plan_hard(browser, demo.base_url, ids), plan_days(browser, demo)
    shots = chosen(shots_of((*hard.stops, *days.stops)), only)
    return usual + take_round(demo.base_url, {**hard.cookies, **days.cookies}, shots, out)


def chosen(shots: Iterable[Shot], only: Sequence[str]) -> list[Shot]:
    """Those whose name holds one of the words; all, if there is no word."""
    return [shot for shot in shots if not only or any(word in shot.file for word in only)]


def take_round(base_url: str, cookies: Cookies, shots: list[Shot], out: Path) -> list[Shot]:
    """Takes the pictures, visitor by visitor; the same ones."""
    waiting: SimpleQueue[list[Shot]] = SimpleQueue()
    for _, some in groupby(sorted(shots, key=visit), key=visit):
        waiting.put(list(some))
    with ThreadPoolExecutor(HANDS) as hands:
        for done in [hands.submit(work, base_url, cookies, waiting, out) for _ in range(HANDS)]:
            done.result()
    return shots


def visit(shot: Shot) -> tuple[str, int, str]:
    """What one browser window can take."""
    return shot.who, shot.width, shot.look.name


def work(base_url: str, cookies: Cookies, waiting: SimpleQueue[list[Shot]], out: Path) -> None:
    """Takes what is waiting until nothing is, with a browser of its own."""
    with browsing() as browser, suppress(Empty):
        while shots := waiting.get_nowait():
            take(browser, base_url, cookies[shots[0].who], shots, out)


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser for the length of a block."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def contact_sheets(shots: Sequence[Shot], out: Path, folder: Path) -> list[Path]:
    """What docs/ shows: each page on a phone and a desk, together in all looks."""
    made = []
    for face, looks in SHEETS.items():
        names = dict.fromkeys(shot.stop.name for shot in shots if face_of(shot) == face)
        files = {name: [out / f"{name}-{look}.png" for look in looks] for name in names}
        made.append(folder / f"contact-sheet-{face}.webp")
        make_sheet([(name, [file for file in some if file.exists()]) for name, some in files.items()], made[-1])
    return made


def face_of(shot: Shot) -> str:
    """The contact sheet on which it belongs; a role's pages are on none."""
    if shot.stop.name.startswith("as-"):
        return ""
    return "admin" if shot.stop.path.startswith("/admin") else "storefront"


def main() -> None:
    """Reads what is wanted, takes it and says where it is."""
    parser = argparse.ArgumentParser(prog="nox -s shots --", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "shots", metavar="DIR", help="where the pictures go")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="only names that hold this word")
    asked = parser.parse_args()
    assert CHROMIUM, "no Chromium here; make browser installs it where it may"
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="spoeq-shots-") as folder, running_demo(Path(folder) / "data") as demo:
        shots = take_all(demo, asked.only, asked.out)
    assert shots, f"No picture's name holds {' or '.join(asked.only)}."
    sheets = [] if asked.only else contact_sheets(shots, asked.out, ROOT / "docs" / "images")
    print(f"{len(shots)} pictures in {asked.out}", *sheets, sep="\n")  # noqa: T201 - a person asked for it


if __name__ == "__main__":
    main()
