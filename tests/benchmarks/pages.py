"""Pages and lists under load: by wrk, or by our own client where wrk is not installed."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.client import Visitor
from tests.benchmarks.results import Run, quantiles
from tests.benchmarks.shop import BenchShop

SCRIPT = Path(__file__).with_name("pages.lua")
OK = range(200, 300)


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(shop: BenchShop, paths: Sequence[str], seconds: float, connections: int) -> Run:
    """Ask for the paths in turn over so many connections for so long."""
    before = shop.cpu()
    by_wrk = has_wrk()
    run = (
        _by_wrk(shop, paths, seconds, connections) if by_wrk else asyncio.run(_by_us(shop, paths, seconds, connections))
    )
    after = shop.cpu()
    run.cpu = {role: used - before.get(role, 0.0) for role, used in after.items()}
    return run


def _by_wrk(shop: BenchShop, paths: Sequence[str], seconds: float, connections: int) -> Run:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("\n".join(paths) + "\n")
        listed.flush()
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "20s",
            "-s",
            str(SCRIPT),
        ]
        answer = subprocess.run(
            [*command, shop.base_url, "--", listed.name], capture_output=True, text=True, timeout=600, check=True
        )
    found = json.loads(answer.stdout.rpartition("@@")[2])
    sent = found["bytes"] / max(1, found["answers"])
    return Run(found["answers"], found["seconds"], tuple(found["latencies"]), sent, found["errors"])


async def _by_us(shop: BenchShop, paths: Sequence[str], seconds: float, connections: int) -> Run:
    waits: list[float] = []
    errors: Counter[str] = Counter()
    sizes: list[int] = []
    turn = itertools.cycle(paths)
    started = time.perf_counter()

    async def visit() -> None:
        while time.perf_counter() - started < seconds:
            async with Visitor(shop.port) as visitor:
                answer = await visitor.get(next(turn))
            waits.append(answer.seconds)
            sizes.append(len(answer.body))
            if answer.status not in OK:
                errors[str(answer.status)] += 1

    await asyncio.gather(*(visit() for _ in range(connections)))
    spent = time.perf_counter() - started
    return Run(len(waits), spent, quantiles(waits), sum(sizes) / max(1, len(sizes)), dict(errors))
