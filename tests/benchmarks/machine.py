"""Which machine the figures are of: without it they say nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
QUIET = 0.5
"""The load average above which somebody else's work is measured, too."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Cores, memory (GiB) and the load average when the bench began."""

    cpu: str
    cores: int
    memory: int
    system: str
    python: str
    load: float
    commit: str

    @property
    def quiet(self) -> bool:
        """Whether nothing else worked on it."""
        return self.load <= QUIET

    def line(self) -> str:
        """One sentence."""
        load = f"load average {self.load:.2f} at the start" + ("" if self.quiet else ": NOT QUIET, figures indicative")
        return (
            f"{self.cores} cores of {self.cpu}, {self.memory} GiB, {self.system}, Python {self.python}; "
            f"{load}; commit {self.commit}"
        )


def this_machine() -> Machine:
    """What can be found out."""
    memory = round(psutil.virtual_memory().total / 2**30)
    cores = len(psutil.Process().cpu_affinity() or [])
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return Machine(_cpu(), cores, memory, system, platform.python_version(), round(os.getloadavg()[0], 2), _commit())


def _cpu() -> str:
    """The processor as Linux names it, with the speed where that is part of what it says."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    known = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    name = known.get("model name", platform.processor())
    speed = float(known.get("cpu MHz", 0)) / 1000
    return name if "GHz" in name or not speed else f"{name} ({speed:.1f} GHz)"


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"
