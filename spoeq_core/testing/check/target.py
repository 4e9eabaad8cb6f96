"""What is to be checked, a wheel, a folder or an installed name, brought into a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distributions, version
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from spoeq_core.testing.check.model import Outcome, Report

PATIENCE = 900
PROCESS = "process"


class Unusable(Exception):
    """The target cannot be brought to where it could be checked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to check, and how.

    Attributes:
        target: A wheel, a folder with a `pyproject.toml`, or the name of an installed plugin.
        only: Ids of checks; all, if empty.
        codes: Coupon codes that the plugin's price hooks know.
        mypy: Whether its types are checked.
    """

    target: str
    only: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    mypy: bool = True


def check_target(wish: Wish) -> Report:
    """What is found; a plugin that ends the process of the checks has failed the one that ran."""
    path = Path(wish.target)
    with tempfile.TemporaryDirectory(prefix="spoeq-check-") as folder:
        site = Path(folder) / "site"
        try:
            if path.suffix == ".whl" or path.is_dir():
                name = _install(path, site)
                return _in_a_process(name, wish, Path(folder), site)
            return _in_a_process(wish.target, wish, Path(folder), None)
        except Unusable as error:
            return Report(wish.target, problem=str(error))


def _install(path: Path, site: Path) -> str:
    """Install it beside the current core; the distribution's name."""
    if not path.exists():
        raise Unusable(f"There is no {path}.")
    _pip(site, ["--no-deps", *_isolation(path), str(path.resolve())])
    found = [dist for dist in distributions(path=[str(site)]) if dist.name]
    if len(found) != 1:
        raise Unusable(f"{path} is no package of Python.")
    if missing := _missing(found[0]):
        _pip(site, missing)
    return found[0].name


def _isolation(path: Path) -> list[str]:
    """Build without a fresh environment, where what builds it is installed."""
    if not path.is_dir():
        return []
    try:
        system = tomllib.loads((path / "pyproject.toml").read_text("utf-8")).get("build-system", {})
    except (OSError, ValueError) as error:
        raise Unusable(f"{path} has no pyproject.toml that can be read: {error}") from None
    backend = str(system.get("build-backend", "setuptools")).partition(".")[0]
    return ["--no-build-isolation"] if find_spec(backend) else []


def _missing(dist: Distribution) -> list[str]:
    """What it requires and this environment has not; the core stays as it is, whatever it asks for."""
    missing = []
    for text in dist.requires or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if canonicalize_name(requirement.name) == "spoeq":
            continue
        try:
            if not requirement.specifier.contains(version(requirement.name), prereleases=True):
                missing.append(str(requirement))
        except PackageNotFoundError:
            missing.append(str(requirement))
    return missing


def _pip(site: Path, what: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(site)]
    done = subprocess.run([*command, *what], capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise Unusable(f"It cannot be installed: {done.stderr.strip()[-600:]}")


def _in_a_process(name: str, wish: Wish, folder: Path, site: Path | None) -> Report:
    results = folder / "results"
    options = [*(["--site", str(site)] if site else []), *([] if wish.mypy else ["--no-mypy"])]
    options += [part for each in wish.only for part in ("--only", each)]
    options += [part for each in wish.codes for part in ("--code", each)]
    command = [sys.executable, "-m", "spoeq_core.testing.check", name, "--results", str(results), *options]
    paths = [str(site)] if site else []
    known = os.environ.get("PYTHONPATH", "")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*paths, *([known] if known else [])])}
    try:
        done = subprocess.run(  # noqa: S603 - our own
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        ended = f"it ended the process of the checks (status {done.returncode}): {done.stderr.strip()[-600:]}"
    except subprocess.TimeoutExpired:
        ended = f"it held the process of the checks for {PATIENCE} seconds"
    return _read(name, results, ended)


def _read(name: str, results: Path, ended: str) -> Report:
    told = [json.loads(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []
    head = {key: value for line in told[:1] for key, value in line.items() if key in ("plugin", "version", "core")}
    head.setdefault("plugin", name)
    if told and "problem" in told[0]:
        return Report(**head, problem=str(told[0]["problem"]))
    outcomes = [Outcome.read(line["outcome"]) for line in told if "outcome" in line]
    if not told or "done" not in told[-1]:
        outcomes.append(Outcome(PROCESS, "failed", (ended,), means="It lets the process live that it runs in."))
    return Report(**head, outcomes=tuple(outcomes))
