"""Files that staff upload: a port, and the local disk behind it."""

from __future__ import annotations

import asyncio
import os
import posixpath
import re
from pathlib import Path
from typing import Protocol

from spoeq_core.kernel.errors import Invalid, Unavailable
from spoeq_core.kernel.ids import new_id

LONGEST_KEY = 300
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,119})*")


PRIVATE = "private/"


def is_private(key: str) -> bool:
    """Whether a key, however it is spelled, names a file for the shop alone."""
    return posixpath.normpath(f"/{key}").casefold().startswith(f"/{PRIVATE}")


class FileStorage(Protocol):
    """Keeps files by key (`products/<id>/<name>.webp`). Keys are never reused for other content.

    What begins with `PRIVATE` is for the shop alone: it is never served, is named by an unguessable token, and may be
    written again. Every implementation is run through `spoeq_core.testing.file_storage.FileStorageContract`.
    """

    async def save(self, key: str, content: bytes) -> None:
        """Store the content whole or not at all.

        Raises:
            Invalid: it is no key.
            Unavailable: the storage cannot be reached, is full, or refuses.
        """
        ...

    async def read(self, key: str) -> bytes | None:
        """The content, or None if there is none of that key or it is no key.

        Raises:
            Unavailable: the storage cannot be reached, or refuses.
        """
        ...

    async def delete(self, key: str) -> None:
        """Remove it; nothing happens if it is not there.

        Raises:
            Invalid: it is no key.
            Unavailable: the storage cannot be reached, or refuses.
        """
        ...

    def url(self, key: str) -> str:
        """The address a browser fetches it from. Makes no request and never fails: every page asks it."""
        ...


def is_key(key: str) -> bool:
    """Whether a text may name a file: parts of letters, digits and `._-` between slashes, none beginning with a dot."""
    return len(key) <= LONGEST_KEY and _KEY.fullmatch(key) is not None


def require_key(key: str) -> str:
    """The key.

    Raises:
        Invalid: it is none.
    """
    if not is_key(key):
        raise Invalid(f"{key[:LONGEST_KEY]!r} is not a file of this shop.")
    return key


class LocalFileStorage:
    """Files under one directory, served by the shop itself at `/media/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def save(self, key: str, content: bytes) -> None:
        """Write to a temporary name, then rename."""
        await asyncio.to_thread(self._write, self.path(key), content)

    async def read(self, key: str) -> bytes | None:
        """The file's content, or None."""
        return await asyncio.to_thread(self._read, self.path(key)) if is_key(key) else None

    async def delete(self, key: str) -> None:
        """Unlink the file."""
        await asyncio.to_thread(self._unlink, self.path(key))

    def url(self, key: str) -> str:
        """The file's path under `/media/`."""
        return f"/media/{key}"

    def path(self, key: str) -> Path:
        """Where a key's file is.

        Raises:
            Invalid: it is no key.
        """
        return self.root / require_key(key)

    def _write(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(f".{path.name}.{new_id()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(content)
            os.replace(temporary, path)
        except OSError as error:
            temporary.unlink(missing_ok=True) if path.parent.is_dir() else None
            raise self._failed("written", error) from error

    def _read(self, path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise self._failed("read", error) from error

    def _unlink(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except NotADirectoryError:
            return
        except OSError as error:
            raise self._failed("removed", error) from error

    def _failed(self, what: str, error: OSError) -> Unavailable:
        return Unavailable(
            f"A file in {self.root} could not be {what}: {error.strerror or type(error).__name__}.",
            hint="See that the disk is not full and that the shop's user may write there.",
            code="storage_unavailable",
        )
