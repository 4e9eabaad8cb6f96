"""Logging: one line a record, on standard error."""

from __future__ import annotations

import logging

QUIET = ("taskiq", "pymongo", "asyncio", "PIL", "hypercorn")
"""Libraries whose chatter below WARNING is of no use to whoever runs a shop."""


def configure_logging(level: str) -> None:
    """Set up this process's logging."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
