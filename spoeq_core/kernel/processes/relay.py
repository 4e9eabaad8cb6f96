"""A child's output, passed on line by line with its name in front."""

from __future__ import annotations

import os
import threading
from typing import BinaryIO


class Relay:
    """A pipe to give to a child as its output; a thread passes its lines on, so that a slow terminal delays nobody.

    Args:
        name: Stands in front of each line.
        target: Where the lines go.
    """

    def __init__(self, name: str, target: BinaryIO) -> None:
        readable, self.descriptor = os.pipe()
        self._thread = threading.Thread(
            target=_pass_on, args=(readable, f"{name:<8} | ".encode(), target), name=f"output of {name}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Close our end, once the child has been given it: then the output ends with the child."""
        os.close(self.descriptor)

    def join(self) -> None:
        """Wait until everything was passed on; a second at most, since somebody else may hold the child's end."""
        self._thread.join(1.0)


def _pass_on(readable: int, prefix: bytes, target: BinaryIO) -> None:
    with os.fdopen(readable, "rb") as lines:
        for line in lines:
            target.write(prefix + line.rstrip(b"\r\n") + b"\n")
            target.flush()
