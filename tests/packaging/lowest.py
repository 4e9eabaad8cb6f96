"""Writes a requirements file of all our distributions with the lowest versions that their own manifests allow.

`tox -e lowest` runs the suite with it: a lower bound that nobody ran is a guess.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
OURS = "spoeq"


def requirements(manifest: Path) -> Iterator[Requirement]:
    """The requirements that a pyproject.toml names, those of its extra for developers left out."""
    project = tomllib.loads(manifest.read_text("utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    for text in (*project.get("dependencies", []), *(t for name, ts in extras.items() if name != "dev" for t in ts)):
        yield Requirement(text)


def lowest(requirement: Requirement) -> Version:
    """The lower bound, or the pin, of a requirement.

    Raises:
        ValueError: It has none, so that "lowest" would mean the first release ever.
    """
    bounds = [Version(part.version) for part in requirement.specifier if part.operator in (">=", "==", "~=")]
    if not bounds:
        raise ValueError(f"{requirement} has no lower bound; write the oldest release that the suite passes with.")
    return max(bounds)


def pins(root: Path = ROOT) -> list[str]:
    """`name==version` for each direct requirement of the core, the plugins and the themes."""
    found: dict[str, Version] = {}
    for manifest in (root / "pyproject.toml", *root.glob("[pt]*/*/pyproject.toml")):
        for requirement in requirements(manifest):
            if requirement.name == OURS or requirement.name.startswith(f"{OURS}-"):
                continue
            bound = lowest(requirement)
            found[requirement.name] = max(bound, found.get(requirement.name, bound))
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def main(target: Path) -> None:
    """Write the file: our own distributions as requirements-dev.txt names them, and the lowest pins."""
    ours = [line for line in (ROOT / "requirements-dev.txt").read_text("utf-8").splitlines() if line.startswith("-e ")]
    target.write_text("\n".join([*ours, *pins()]) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
