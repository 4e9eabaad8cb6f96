"""The data directory of a shop with embedded servers: who may use it, and whose processes work in it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from spoeq_core.kernel.errors import ConfigurationError, SpoeqError

PRIVATE = 0o700


class DataDirectoryBusy(SpoeqError):
    """Another process uses the data directory.

    Args:
        path: The data directory.
        pid: The process that uses it; None if it did not say.
    """

    code = "data_directory_busy"

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = "another process" if pid is None else f"process {pid}"
        stop = "Stop that process" if pid is None else f"Stop it (Ctrl-C in its terminal, or: kill {pid})"
        super().__init__(
            f"The data directory {path} is in use by {holder}.",
            hint=f"{stop}, or choose another directory with SPOEQ_DATA_DIR.",
        )
        self.pid = pid


class DataDirectory:
    """The folder that holds a shop's databases, logs, lock and pid files; created for its owner alone.

    Args:
        path: Where it is or shall be.

    Raises:
        ConfigurationError: it cannot be created or written.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).expanduser().resolve()
        self._descriptor = -1
        self._holders = 0
        try:
            self.path.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(self.path, error) from None
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise ConfigurationError(
                f"The data directory {self.path} cannot be written.",
                hint="Give this user the right to write there, or choose another directory with SPOEQ_DATA_DIR.",
            )

    @property
    def lock_path(self) -> Path:
        """The file whose flock says that the directory is in use; it stays when nobody uses it, unlocked and empty."""
        return self.path / "spoeq.lock"

    def folder(self, name: str) -> Path:
        """A folder inside, made if it is missing."""
        folder = self.path / name
        folder.mkdir(mode=PRIVATE, exist_ok=True)
        return folder

    def lock(self) -> DataDirectoryLock:
        """Take the directory for this process until the lock is released; whoever holds this object may lock again.

        The lock is an flock: it vanishes with the process, however that ends.

        Raises:
            DataDirectoryBusy: another process, or another object of this one, has it.
        """
        if self._holders == 0:
            self._descriptor = self._acquire()
        self._holders += 1
        return DataDirectoryLock(self)

    def _acquire(self) -> int:
        descriptor = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).strip()
            os.close(descriptor)
            raise DataDirectoryBusy(self.path, int(holder) if holder.isdigit() else None) from None
        except OSError as error:
            os.close(descriptor)
            raise _unusable(self.path, error) from None
        return descriptor

    def _release(self) -> None:
        self._holders -= 1
        if self._holders == 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)


class DataDirectoryLock:
    """A hold on a data directory: release it, or use it as a context manager."""

    def __init__(self, directory: DataDirectory) -> None:
        self._directory: DataDirectory | None = directory

    def release(self) -> None:
        """Let go; a second time does nothing."""
        directory, self._directory = self._directory, None
        if directory is not None:
            directory._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


class PidFile:
    """Remembers a server's process and port, and recognises that process later.

    Args:
        path: The file.
        program: Name of the program, as its command line has it.
        folder: The folder that the server keeps its data in, an argument of its command line.
    """

    def __init__(self, path: Path, program: str, folder: Path) -> None:
        self.path = path
        self._program = program
        self._folder = folder

    def write(self, pid: int, port: int) -> None:
        """Remember them; a reader never sees half of it."""
        draft = self.path.with_suffix(".new")
        draft.write_text(f"{pid}\n{port}\n")
        draft.replace(self.path)

    def remove(self) -> None:
        """Forget them."""
        self.path.unlink(missing_ok=True)

    def running(self) -> tuple[int, int] | None:
        """Pid and port of the server if it still runs: a pid that now belongs to another program does not count."""
        try:
            pid, port = (int(line) for line in self.path.read_text().split())
        except (OSError, ValueError):
            return None
        return (pid, port) if self._is_server(pid) else None

    async def stop_orphan(self, seconds: float = 10.0) -> None:
        """Stop the server that an earlier run left behind, if there is one. Call it with the directory locked.

        Raises:
            SpoeqError: it cannot be stopped.
        """
        found = self.running()
        if found is None:
            self.remove()
            return
        pid = found[0]
        for number, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5.0)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
            if await self._ended(pid, patience):
                self.remove()
                return
        raise SpoeqError(
            f"{self._program} (process {pid}), left behind by an earlier run, cannot be stopped.",
            hint=f"Stop it yourself: kill -9 {pid}",
        )

    async def _ended(self, pid: int, seconds: float) -> bool:
        """Whether it ends within that time; since it is not our child, that can only be seen by looking."""
        deadline = time.monotonic() + seconds
        while self._is_server(pid):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _is_server(self, pid: int) -> bool:
        command = f" {command_line(pid)} "
        return self._program in command and f" {self._folder} " in command


def command_line(pid: int) -> str:
    """The command line of a process, its arguments joined by spaces; empty if there is none or it has ended."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    return _ps(pid)


def _ps(pid: int) -> str:
    listing = subprocess.run(  # noqa: S603 - a fixed program and a number
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()


def _unusable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"The data directory {path} cannot be used: {error.strerror}.",
        hint="Choose a folder on a local disk that this user may write, with SPOEQ_DATA_DIR.",
    )
