"""Files that staff upload: a port, and the local disk behind it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol

from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import new_id


class FileStorage(Protocol):
    """Keeps public files by key (`products/<id>/<name>.webp`). Keys are never reused for other content."""

    async def save(self, key: str, content: bytes) -> None:
        """Store the content whole or not at all."""
        ...

    async def read(self, key: str) -> bytes | None:
        """The content, or None."""
        ...

    async def delete(self, key: str) -> None:
        """Remove it; nothing happens if it is not there."""
        ...

    def url(self, key: str) -> str:
        """The address a browser fetches it from."""
        ...


class LocalFileStorage:
    """Files under one directory, served by the shop itself at `/media/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def save(self, key: str, content: bytes) -> None:
        """Write to a temporary name, then rename."""
        await asyncio.to_thread(self._write, self.path(key), content)

    async def read(self, key: str) -> bytes | None:
        """The file's content, or None."""
        path = self.path(key)
        return await asyncio.to_thread(lambda: path.read_bytes() if path.is_file() else None)

    async def delete(self, key: str) -> None:
        """Unlink the file."""
        path = self.path(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def url(self, key: str) -> str:
        """The file's path under `/media/`."""
        return f"/media/{key}"

    def path(self, key: str) -> Path:
        """Where a key's file is.

        Raises:
            Invalid: the key would leave the directory.
        """
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()) or path == self.root.resolve():
            raise Invalid(f"{key!r} is not a file of this shop.")
        return path

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{new_id()}")
        temporary.write_bytes(content)
        os.replace(temporary, path)
