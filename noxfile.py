"""A person's verbs, listed by `nox -l`; the commands everyone needs are make's, and the matrix is tox's.

They work in `.venv`, which `make` keeps up to date, so that no verb waits for an environment of its own.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHON = str(ROOT / ".venv" / "bin" / "python")

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["dev"]


def _prepare(session: nox.Session) -> None:
    session.run("make", "install", external=True, silent=False)


@nox.session
def dev(session: nox.Session) -> None:
    """Make .venv, or bring it up to date, and say how to work in it."""
    _prepare(session)
    session.log(
        "Work in it: source .venv/bin/activate; a shop: make demo; a part of the suite: make test ARGS='-k cart'"
    )


@nox.session
def alone(session: nox.Session) -> None:
    """Test one plugin without the others: nox -s alone -- coupons."""
    if len(session.posargs) != 1 or not (ROOT / "plugins" / session.posargs[0]).is_dir():
        names = ", ".join(sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")))
        session.error(f"Name one plugin: nox -s alone -- NAME, with NAME one of {names}")
    _prepare(session)
    session.run(PYTHON, "-m", "tox", "run", "-e", f"alone-{session.posargs[0]}", external=True)


@nox.session
def chaos(session: nox.Session) -> None:
    """Kill each of the shop's processes 30 times in the middle of checkouts (make test: 3 times)."""
    _prepare(session)
    kills = {"SPOEQ_CHAOS_KILLS": "30"}
    session.run(PYTHON, "-m", "pytest", "-m", "chaos", *session.posargs, env=kills, external=True)


@nox.session
def big(session: nox.Session) -> None:
    """Import a file of 20,000 rows (make test: 1,500)."""
    _prepare(session)
    session.run(PYTHON, "-m", "pytest", "tests/bulk/test_big.py", env={"SPOEQ_BIG_ROWS": "20000"}, external=True)


@nox.session
def shots(session: nox.Session) -> None:
    """Take every page: phone and desk, light, dark, Hindi, without a script. One kind: nox -s shots -- --only cart."""
    _prepare(session)
    session.run(PYTHON, "-m", "tests.e2e.shots", *session.posargs, external=True)


@nox.session
def vitals(session: nox.Session) -> None:
    """Measure what a shopper on a slow phone waits for, and Lighthouse's scores: nox -s vitals -- --runs 5."""
    _prepare(session)
    session.run(PYTHON, "-m", "tests.e2e.vitals", *session.posargs, external=True)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure a shop under load, what each page costs, and how that grows: nox -s bench -- --help; --quick tries it."""
    _prepare(session)
    if shutil.which("wrk") is None and shutil.which("apt-get") and os.geteuid() == 0:
        session.run("apt-get", "install", "-y", "-qq", "wrk", external=True, success_codes=range(256))
    session.run(PYTHON, "-m", "tests.benchmarks", *session.posargs, external=True)


@nox.session
def messages(session: nox.Session) -> None:
    """Bring the catalogues up to date with the texts: new ones wait for a translation (make check names them)."""
    _prepare(session)
    session.run(PYTHON, "-m", "spoeq_core.testing.messages", external=True)


@nox.session(venv_backend="venv")
def lock(session: nox.Session) -> None:
    """Write constraints.txt anew from what the ranges allow today; then run make check test."""
    session.install("flit_core")
    editable = (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines()
    wanted = [word for line in editable if line.startswith("-e ") for word in line.split()]
    session.install("--upgrade", "--no-build-isolation", *wanted)
    frozen = session.run("python", "-m", "pip", "freeze", "--exclude-editable", silent=True) or ""
    pins = sorted((line for line in str(frozen).splitlines() if "==" in line), key=str.casefold)
    (ROOT / "constraints.txt").write_text("\n".join(pins) + "\n", "utf-8")
    session.log(f"constraints.txt pins {len(pins)} distributions")


@nox.session
def wheels(session: nox.Session) -> None:
    """Install the built wheels in an empty environment, start the shop from them and ask for pages."""
    _prepare(session)
    session.run(PYTHON, "-m", "tests.packaging.wheels", *session.posargs, external=True)


@nox.session
def release(session: nox.Session) -> None:
    """Build what is uploaded, a wheel and a source archive of each distribution in dist/, from a clean tree."""
    changed = str(session.run("git", "status", "--porcelain", external=True, silent=True) or "")
    if changed.strip():
        session.error(f"A release is built from what is committed; commit or remove first:\n{changed}")
    session.run("make", "check", "test", external=True, env={"CI": "true"})
    session.run(PYTHON, "-m", "tests.packaging.wheels", external=True)
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    for folder in (ROOT, *sorted(path.parent for path in ROOT.glob("[pt]*/*/pyproject.toml"))):
        build = ("-m", "build", "--no-isolation", "--outdir", str(ROOT / "dist"), str(folder))
        session.run(PYTHON, *build, external=True, silent=True)
    session.log("dist/ is ready to be uploaded: " + ", ".join(sorted(path.name for path in (ROOT / "dist").iterdir())))
