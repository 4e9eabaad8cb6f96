"""Runs a program that the kernel kills as soon as whoever started it is gone: `launcher.py PARENT PROGRAM ARGS...`.

It is run by path with `python -I -S`, so it imports nothing but the standard library and costs some 20 ms. A
`preexec_fn` would cost less, but runs Python between fork and exec, which may deadlock in a process that has threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h; the setting survives execve."""


def kill_me_after(parent: int) -> None:
    """Have the kernel kill this process when the thread of `parent` that forked it ends (Linux only).

    Raises:
        OSError: the kernel refused.
        SystemExit: `parent` is gone already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the kernel was told
        raise SystemExit(1)


if __name__ == "__main__":
    kill_me_after(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the caller's own argument list, no shell
