"""The folder of the index: generations of it, the one in force, who writes, what was asked of the writer.

<data directory>/search/
current         JSON: the generation in force and what it was built for; replaced in one step
<generation>/   the index, and state.json: how far it has followed the shop
lock            held by the one process that writes
wanted          present while somebody asked for a new index
broken          the name of a generation that cannot be read
gone/<id>       products that were deleted and are to be taken out
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from spoeq_core.sdk import Shop, new_id

T = TypeVar("T")

PATIENCE: Final = 60.0
"""Seconds after which an index that nobody follows the shop with is no longer asked."""
FRESH: Final = 0.25
KEPT: Final = 60.0
"""Seconds for which the files of an older generation stay, for questions that are under way."""
PRIVATE: Final = 0o700
STATE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class Current:
    """The generation in force: its folder's name, what it was built for, and when (UTC)."""

    folder: str
    fingerprint: str
    built_at: str


@dataclass(frozen=True, slots=True)
class Followed:
    """How far a generation has followed the shop.

    Attributes:
        touch: The last change that is in it.
        compared: When it was compared with all there is, seconds since the epoch.
        categories: By id the names that its products were indexed with.
        refused: Products that could not be indexed, and why.
    """

    touch: str = ""
    compared: float = 0.0
    categories: Mapping[str, list[str]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trouble:
    """That no index could be built: why, how often in a row, and when last, seconds since the epoch."""

    error: str
    times: int
    at: float


@dataclass(frozen=True, slots=True)
class Broken:
    """The folder's name of a generation that cannot be read."""

    folder: str


class Folder:
    """The folder of a shop's index; made when it is first written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def pointer(self) -> Path:
        """The file that names the generation in force."""
        return self.path / "current"

    def current(self) -> Current | None:
        """The generation in force; None if there is none, or if that cannot be read."""
        return _loaded(self.pointer, Current)

    def generation(self, current: Current) -> Path:
        """Its folder."""
        return self.path / current.folder

    def followed(self, generation: Path) -> Followed | None:
        """How far it has followed the shop."""
        return _loaded(generation / STATE, Followed)

    def note(self, generation: Path, followed: Followed) -> None:
        """Remember how far it has."""
        _replace(generation / STATE, asdict(followed))

    def breathe(self, generation: Path) -> None:
        """Say that the shop is followed still."""
        with suppress(OSError):
            os.utime(generation / STATE)

    def go_on(self) -> None:
        """Say that the shop is followed with the generation in force still, by work that takes a while; if it was."""
        current = self.current()
        if current is not None and self.is_followed(self.generation(current)):
            self.breathe(self.generation(current))

    def is_followed(self, generation: Path, within: float = PATIENCE) -> bool:
        """Whether the shop was followed in the last seconds."""
        try:
            return time.time() - (generation / STATE).stat().st_mtime < within
        except OSError:
            return False

    def is_fresh(self) -> bool:
        """Whether the generation in force followed the shop so lately that the next look comes soon enough."""
        current = self.current()
        return current is not None and self.is_followed(self.generation(current), FRESH)

    def begin(self) -> Path:
        """An empty folder for a new generation."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        generation = self.path / new_id().lower()
        generation.mkdir(mode=PRIVATE)
        return generation

    def put_in_force(self, current: Current) -> None:
        """Let questions go to that generation from now on."""
        _replace(self.pointer, asdict(current))

    def sweep(self) -> None:
        """Remove the generations that are not in force, once nobody can ask them any more."""
        current = self.current()
        if current is None or time.time() - self.pointer.stat().st_mtime < KEPT:
            return
        for path in self.path.iterdir():
            if path.is_dir() and path.name not in {current.folder, "gone"}:
                shutil.rmtree(path, ignore_errors=True)

    # -- what is asked of the writer ------------------------------------------------------------------------------

    def want_new(self) -> None:
        """Ask for a new index."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        (self.path / "wanted").touch()

    def wants_new(self) -> bool:
        """Whether a new index is wanted: somebody asked for it, or the one in force cannot be read."""
        current = self.current()
        return (self.path / "wanted").exists() or (current is not None and self.is_broken(current))

    def give_up(self, current: Current) -> None:
        """Note that this generation cannot be read: nobody asks or follows it any more, and another is built."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        _replace(self.path / "broken", {"folder": current.folder})

    def is_broken(self, current: Current) -> bool:
        """Whether it was given up. What was said of another generation, gone since, is no word about this one."""
        broken = _loaded(self.path / "broken", Broken)
        return broken is not None and broken.folder == current.folder

    def has_new(self) -> None:
        """It is built."""
        for name in ("wanted", "trouble", "broken"):
            (self.path / name).unlink(missing_ok=True)

    def trouble(self) -> Trouble | None:
        """Why there is none; None if nothing failed since the last one was built."""
        return _loaded(self.path / "trouble", Trouble)

    def note_trouble(self, error: str) -> None:
        """Remember that building failed."""
        before = self.trouble()
        _replace(self.path / "trouble", asdict(Trouble(error[:500], (before.times if before else 0) + 1, time.time())))

    def note_gone(self, product_id: str) -> None:
        """Ask that a product is taken out."""
        gone = self.path / "gone"
        gone.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        (gone / product_id).touch()

    def gone(self) -> list[str]:
        """The products that are to be taken out."""
        with suppress(OSError):
            return sorted(path.name for path in (self.path / "gone").iterdir())
        return []

    def forget_gone(self, product_ids: list[str]) -> None:
        """They are."""
        for key in product_ids:
            (self.path / "gone" / key).unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """The right to write, for the length of the block; whether nobody else has it. It ends with the process."""
        self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)


def folder_of(shop: Shop) -> Folder:
    """The folder of a shop's index."""
    return Folder(Path(shop.settings.data_dir) / "search")


def _loaded(path: Path, kind: type[T]) -> T | None:
    try:
        return kind(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _replace(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file so that a reader sees all of it, the old or the new."""
    draft = path.with_name(f"{path.name}.{new_id()}")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(values, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
