"""Builds the wheels of core, plugins and themes, installs them where nothing else is, and asks the shop for pages.

First all of them as a demo shop. Then a few as a merchant has them, with a plugin and a theme of somebody else
(`examples/`), in another empty environment: `spoeq init`, `spoeq run`, switch them on, and see them.

An editable root makes the whole tree importable and so hides a template, a module or a requirement that a wheel lacks.
Run it with a Python that has flit_core: `python -m tests.packaging.wheels [--keep DIR]`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from flit_core.buildapi import build_wheel

from spoeq_core.kernel.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
STOP_SECONDS = 120
SEEN_SECONDS = 120
FEW = ("spoeq", "spoeq_cod", "spoeq_flat_rate", "spoeq_coupons", "spoeq_theme_storefront", "spoeq_theme_admin")
EXAMPLES = ("spoeq_gift_wrap", "spoeq_theme_festive")
SERVERS = 5  # at least: the parent, web, worker, MongoDB, Valkey
ASSET = re.compile(r"""<(?:link[^>]+rel="?stylesheet"?[^>]+href|script[^>]+src|img[^>]+src)="?(/[^"\s>]+)""")


class SmokeFailure(Exception):
    """What did not work, in a sentence, with what the shop printed."""


def projects(root: Path = ROOT) -> list[Path]:
    """The folder of each distribution of this repository, the core's first, the examples' last."""
    return [
        root,
        *(path.parent for kind in ("[pt]*", "examples") for path in sorted(root.glob(f"{kind}/*/pyproject.toml"))),
    ]


def build(into: Path, root: Path = ROOT) -> list[Path]:
    """Build one wheel for each distribution of this repository."""
    folders = projects(root)
    into.mkdir(parents=True)
    for folder in folders:
        with contextlib.chdir(folder):
            build_wheel(str(into))
    wheels = sorted(into.glob("*.whl"))
    if len(wheels) != len(folders):
        raise SmokeFailure(f"{len(folders)} distributions gave {len(wheels)} wheels: {[w.name for w in wheels]}")
    return wheels


def install(wheels: list[Path], into: Path) -> Path:
    """Make an empty environment with the wheels and the embedded servers; gives its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(into)], check=True)
    wanted = [f"spoeq[embedded] @ {w.as_uri()}" if w.name.startswith("spoeq-") else str(w) for w in wheels]
    pip = [sys.executable, "-m", "pip", "--python", str(into / "bin" / "python"), "--disable-pip-version-check", "-q"]
    command = [*pip, "install", "-c", str(ROOT / "constraints.txt"), *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SmokeFailure(f"pip failed:\n{done.stdout}{done.stderr}")
    return into / "bin"


def living_in(folder: Path) -> dict[int, str]:
    """The processes (pid to command) that stand in the folder, run a program of it or were given it as an argument.

    Three signs, since a server may rewrite its own command line, and another change its directory.
    """
    found = {}
    for process in psutil.process_iter(["cmdline", "cwd", "exe", "status"]):
        command = " ".join(process.info["cmdline"] or [])
        signs = (command, process.info["cwd"] or "", process.info["exe"] or "")
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(str(folder) in sign for sign in signs):
            found[process.pid] = command
    found.pop(os.getpid(), None)
    return found


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what points into this repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPOEQ_", "PYTHON"))}
    return {**kept, **more}


@contextlib.contextmanager
def demo(programs: Path, home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    """A demo shop started from the installed wheels: its address, its process and what it prints."""
    port = free_port()
    command = [str(programs / "spoeq"), "demo", "--port", str(port), "--data-dir", str(home / "data")]
    with served(command, home, home / "demo.log", clean_environment()) as process:
        yield f"http://127.0.0.1:{port}", process, home / "demo.log"


@contextlib.contextmanager
def served(
    command: list[str], home: Path, printed: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that serves a shop for the length of a block; nothing that stands in `home` outlives it."""
    with printed.open("wb") as log:
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pid in living_in(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def get(url: str) -> str:
    """The body of a page that must answer 200."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - an address of this program's own
            body: bytes = answer.read()
            return body.decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        raise SmokeFailure(
            f"GET {url} answered {error.code}:\n{error.read()[:2000].decode('utf-8', 'replace')}"
        ) from error


def wait_until_ready(base: str, process: subprocess.Popen[bytes]) -> None:
    """Return when the shop says that it is ready, or tell why it is not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SmokeFailure(f"spoeq demo ended with {process.returncode} before it was ready")
        with contextlib.suppress(SmokeFailure, OSError):
            get(f"{base}/readyz")
            return
        time.sleep(0.2)
    raise SmokeFailure(f"spoeq demo was not ready after {START_SECONDS} s")


def ask(base: str) -> None:
    """Ask for a page of the shopper, one of the API and one of the staff, and for what the first one shows."""
    home = get(f"{base}/")
    assets = sorted(set(ASSET.findall(home)))
    if not any(".css" in asset for asset in assets):
        raise SmokeFailure(f"the home page names no style sheet of its own; it begins:\n{home[:600]}")
    for asset in assets:
        get(base + asset)
    products = json.loads(get(f"{base}/api/v1/products"))
    if not products["items"]:
        raise SmokeFailure("GET /api/v1/products lists nothing: the shop was not seeded")
    get(f"{base}/admin/login")
    print(f"  / with {len(assets)} assets, {products['total']} products, /admin/login: all 200")


def stop(process: subprocess.Popen[bytes], home: Path) -> None:
    """Stop the shop as Ctrl-C does, and see that it leaves nothing behind."""
    before = living_in(home)
    if len(before) < SERVERS:
        raise SmokeFailure(f"the shop should run several processes, seen only {before}")
    process.send_signal(signal.SIGINT)
    try:
        code = process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise SmokeFailure(f"Ctrl-C did not stop the shop within {STOP_SECONDS} s: {living_in(home)}") from error
    if code not in (0, 128 + signal.SIGINT):
        raise SmokeFailure(f"Ctrl-C ended the shop with {code}")
    left = living_in(home)
    if left:
        raise SmokeFailure(f"Ctrl-C left processes behind: {left}")
    print(f"  Ctrl-C: exit {code}, none of {len(before)} processes left")


def smoke(home: Path) -> None:
    """Build, install, start, ask, stop: all of it as a demo shop, then a few as a merchant's."""
    print("Building the wheels …", flush=True)
    wheels = build(home / "wheels")
    ours = [wheel for wheel in wheels if not named(wheel, *EXAMPLES)]
    print(f"Installing {len(ours)} wheels in an empty environment …", flush=True)
    programs = install(ours, home / "venv")
    print("Starting spoeq demo from them …", flush=True)
    with demo(programs, home) as (base, process, printed):
        try:
            wait_until_ready(base, process)
            ask(base)
            stop(process, home)
        except SmokeFailure as failure:
            raise told(failure, printed) from failure
    few = [wheel for wheel in wheels if named(wheel, *FEW, *EXAMPLES)]
    merchant(few, home / "merchant")


def merchant(wheels: list[Path], home: Path) -> None:
    """A shop of a few wheels, set up as the guide says, with a plugin and a theme of somebody else."""
    home.mkdir()
    print(f"Installing {len(wheels)} wheels in another empty environment …", flush=True)
    programs, folder, port = install(wheels, home / "venv"), home / "shop", free_port()
    spoeq(programs, home, clean_environment(), "init", str(folder))
    lines = (folder / ".env").read_text("utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    environment = clean_environment(**given)
    print("Starting spoeq run …", flush=True)
    command = [str(programs / "spoeq"), "run", "--port", str(port)]
    with served(command, folder, home / "run.log", environment) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(base, process)
            spoeq(programs, folder, environment, "plugins", "enable", "gift_wrap")
            spoeq(programs, folder, environment, "themes", "activate", "festive")
            wait_until_seen(f"{base}/", "festive.css")
            answer = get(f"{base}/api/v1/openapi.json")
            if "/gift-wrap/waiting" not in answer:
                raise SmokeFailure("gift_wrap is on, and its route is not in the API document")
            print("  gift_wrap and the theme festive are on, and seen")
            stop(process, folder)
        except SmokeFailure as failure:
            raise told(failure, home / "run.log") from failure


def named(wheel: Path, *names: str) -> bool:
    """Whether it is the wheel of one of these distributions."""
    return wheel.name.partition("-")[0] in names


def told(failure: SmokeFailure, printed: Path) -> SmokeFailure:
    """The failure, with what the shop printed last."""
    said = printed.read_text("utf-8", "replace")[-4000:]
    return SmokeFailure(f"{failure}\n--- {printed.name} ---\n{said}")


def spoeq(programs: Path, where: Path, environment: dict[str, str], *arguments: str) -> None:
    """A command of the installed shop, which must do what it is told."""
    command = [str(programs / "spoeq"), *arguments]
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SmokeFailure(f"spoeq {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def wait_until_seen(url: str, words: str) -> None:
    """Return when a page says it: what is switched on is in force within a second or so."""
    deadline = time.monotonic() + SEEN_SECONDS
    while words not in get(url):
        if time.monotonic() > deadline:
            raise SmokeFailure(f"{url} never showed {words!r}")
        time.sleep(0.2)


def main() -> int:
    """Run the smoke test; 1 and a sentence where it fails."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this folder and leave it")
    chosen: Path | None = parser.parse_args().keep
    try:
        if chosen:
            chosen.mkdir(parents=True, exist_ok=True)
            smoke(chosen.resolve())
        else:
            with tempfile.TemporaryDirectory(prefix="spoeq-wheels-") as folder:
                smoke(Path(folder).resolve())
    except SmokeFailure as failure:
        print(f"\nThe built wheels do not work: {failure}", file=sys.stderr)
        return 1
    print("The built wheels work.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
