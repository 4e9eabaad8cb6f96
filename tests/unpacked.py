"""A wheel of this repository as pip would put it into an environment, without installing it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from flit_core import buildapi


def unpacked(folder: Path, into: Path) -> Path:
    """Build the distribution in that folder and unpack its wheel; where, for the path that Python imports from."""
    before = os.getcwd()
    os.chdir(folder)
    try:
        name = buildapi.build_wheel(str(into))
    finally:
        os.chdir(before)
    with zipfile.ZipFile(into / name) as wheel:
        wheel.extractall(into)
    return into
