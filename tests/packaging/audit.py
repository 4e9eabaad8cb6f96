"""Asks the advisory source about the pinned distributions; a source that does not answer is said, never a failure."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
UNREACHABLE = ("requests.exceptions", "urllib3.exceptions", "ConnectionError", "ServiceError", "Tip: your network")


def pins(constraints: Path) -> list[str]:
    """The `name==version` lines of a constraints file."""
    return [line.strip() for line in constraints.read_text("utf-8").splitlines() if "==" in line]


def ask(requirements: list[str]) -> list[dict[str, Any]] | None:
    """What pip-audit knows about each requirement, or None where its source did not answer.

    Raises:
        RuntimeError: pip-audit failed for another reason than the network.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text("\n".join(requirements), "utf-8")
        options = ["--no-deps", "--disable-pip", "--format", "json", "--timeout", "10", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", "-r", str(listed), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        if any(sign in done.stderr for sign in UNREACHABLE):
            return None
        raise RuntimeError(f"pip-audit failed:\n{done.stderr[-2000:]}")
    dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    return None if all("skip_reason" in dependency for dependency in dependencies) else dependencies


def main() -> int:
    """Print the advisories of the pinned distributions; 1 where there are any."""
    wanted = pins(ROOT / "constraints.txt")
    # One question first: a mirror that serves packages but no advisories need not be asked about all of them.
    answers = ask(wanted[:1]) and ask(wanted)
    if answers is None:
        print("skipped, advisory source unreachable")
        return 0
    found = [(answer, advisory) for answer in answers for advisory in answer.get("vulns", [])]
    for answer, advisory in found:
        mended = ", ".join(advisory["fix_versions"]) or "no release yet"
        print(f"{answer['name']} {answer['version']}: {advisory['id']}, mended in {mended}")
    print(f"{len(found)} advisories for {len(answers)} pinned distributions")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
