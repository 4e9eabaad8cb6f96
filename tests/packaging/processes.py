"""Which processes on this machine still work in a folder: what a shop that was stopped must not leave behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PROC = Path("/proc")


def living_in(folder: Path) -> dict[int, str]:
    """The processes (pid to command) that stand in the folder, run a program of it or were given it as an argument.

    Three signs, since a server may rewrite its own command line, and another change its directory.
    """
    root = str(folder.resolve())
    found = _by_proc(root) if PROC.is_dir() else _by_ps(root)
    found.pop(os.getpid(), None)
    return found


def _by_proc(root: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for entry in PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            signs = (command, _target(entry / "cwd"), _target(entry / "exe"))
        except OSError:
            continue
        # A zombie has neither command nor directory: it runs nothing and waits only for its parent's look.
        if any(root in sign for sign in signs):
            found[int(entry.name)] = command
    return found


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _by_ps(root: str) -> dict[int, str]:
    listing = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, check=True).stdout
    rows = (line.strip().partition(" ") for line in listing.splitlines())
    return {int(pid): command for pid, _, command in rows if root in command}
