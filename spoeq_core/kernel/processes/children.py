"""Starting and stopping one child process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.kernel.processes import launcher


async def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: int | None = None,
    pass_fds: Sequence[int] = (),
) -> asyncio.subprocess.Process:
    """Start a program in a session of its own, so that Ctrl-C reaches only us; on Linux it is killed when we are gone.

    The kernel watches the thread that starts it: outside the main thread, whose end would kill it too early, it is
    started without that guard.

    Args:
        argv: The program and its arguments.
        env: Variables to set beside our own.
        cwd: Folder that it works in.
        output: Descriptor for standard output and error; None for our own.
        pass_fds: Open descriptors that it inherits under the same numbers.

    Raises:
        ConfigurationError: there is no such program.
    """
    return await asyncio.create_subprocess_exec(
        *_guarded(argv),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        pass_fds=tuple(pass_fds),
        start_new_session=True,
    )


def _guarded(argv: Sequence[str]) -> list[str]:
    program = shutil.which(argv[0])
    if program is None:
        raise ConfigurationError(
            f"The program {argv[0]} cannot be started: it is missing or not executable.", hint="Is it installed?"
        )
    command = [os.path.abspath(program), *argv[1:]]
    if sys.platform == "linux" and threading.current_thread() is threading.main_thread():
        return [sys.executable, "-I", "-S", launcher.__file__, str(os.getpid()), *command]
    return command


async def stop(
    process: asyncio.subprocess.Process, stop_signal: signal.Signals = signal.SIGTERM, seconds: float = 10.0
) -> int:
    """Ask a process that was spawned to stop, then kill what is left of it and its children; its exit code.

    If the caller is cancelled meanwhile, it is killed at once.
    """
    if process.returncode is not None:
        return process.returncode
    try:
        with contextlib.suppress(ProcessLookupError, TimeoutError):
            process.send_signal(stop_signal)
            async with asyncio.timeout(seconds):
                await process.wait()
    finally:
        kill_group(process.pid)
    return await process.wait()


def kill_group(pid: int) -> None:
    """Kill a process that leads its own session, and whatever it started there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        os.killpg(pid, signal.SIGKILL)


def describe_exit(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def die_with_parent(parent: int | None = None) -> None:
    """Have this process killed when its parent is gone; what `spawn` starts on Linux need not call it.

    Call it in the main thread, once.

    Args:
        parent: Pid of the process that started this one, if it is known: when that is gone already, this one exits.
    """
    expected = os.getppid() if parent is None else parent
    if sys.platform == "linux":
        launcher.kill_me_after(expected)
    else:
        threading.Thread(target=watch_parent, args=(expected,), name="die-with-parent", daemon=True).start()


def watch_parent(parent: int, seconds: float = 1.0) -> None:
    """Kill this process as soon as another one is its parent: for systems whose kernel does not do that."""
    while os.getppid() == parent:
        time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)
