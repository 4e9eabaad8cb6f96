"""The checker's own process: one outcome a line into a file, so that what was found outlives a plugin that ends it.

python -m spoeq_core.testing.check NAME --results FILE [--site DIR] [--only ID]… [--code CODE]… [--no-mypy]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import IO

from spoeq_core.testing.check.model import UNKNOWN, Outcome
from spoeq_core.testing.check.registry import chosen
from spoeq_core.testing.check.runner import check_plugin
from spoeq_core.testing.check.subject import find_subject
from spoeq_core.testing.servers import test_servers


def main() -> int:
    """Check, and write what is found."""
    given = _arguments()
    with Path(given.results).open("a", encoding="utf-8") as results:
        try:
            checks = chosen(tuple(given.only))
            site = Path(given.site) if given.site else None
            subject = find_subject(given.name, site, codes=tuple(given.code), mypy=not given.no_mypy)
        except LookupError as error:
            _write(results, {"problem": str(error.args[0])})
            return UNKNOWN
        _write(results, {"plugin": subject.name, "version": subject.version, "core": version("spoeq")})

        def told(outcome: Outcome) -> None:
            _write(results, {"outcome": outcome.as_dict()})

        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            servers = None
            if any(check.needs == "shop" for check in checks) and subject.module is not None:
                servers = stack.enter_context(test_servers(folder / "servers"))
            asyncio.run(check_plugin(subject, servers=servers, folder=folder, checks=checks, told=told))
        _write(results, {"done": True})
    return 0


def _write(results: IO[str], line: dict[str, object]) -> None:
    results.write(json.dumps(line) + "\n")
    results.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m spoeq_core.testing.check")
    parser.add_argument("name")
    parser.add_argument("--results", required=True)
    parser.add_argument("--site", default="")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--code", action="append", default=[])
    parser.add_argument("--no-mypy", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
