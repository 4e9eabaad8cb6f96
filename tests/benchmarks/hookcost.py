"""What a question to plugins costs by itself: `python -m tests.benchmarks.hookcost`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any, cast

from spoeq_core.hooks import storefront
from spoeq_core.hooks.caller import Hooks
from spoeq_core.plugins.discovery import Discovery, as_plugin, in_order
from spoeq_core.plugins.loading import load_hooks
from tests.shopping import plugin

SIZES = (0, 1, 2, 10, 30)
CALLS = 4_000
SHOP = cast(Any, object())


def hooks_with(count: int) -> Hooks:
    """A caller with so many plugins that have nothing for any slot."""

    async def page_fragments(slot: str) -> None:
        del slot

    modules = [plugin(f"bench{number:02}", page_fragments=page_fragments) for number in range(count)]
    discovery = Discovery(in_order(as_plugin(module) for module in modules))
    hooks, _ = load_hooks(discovery, lambda *_fault: None, strict=True)
    hooks.enabled = frozenset(one.name for one in discovery.plugins)
    return hooks


async def microseconds(count: int, runs: int = 5) -> float:
    """µs of one question that so many plugins implement; the best of some runs."""
    hooks, best = hooks_with(count), float("inf")
    calls = max(200, CALLS // max(1, count))
    for _ in range(runs):
        started = time.perf_counter()
        for _ in range(calls):
            await hooks.collect(storefront.page_fragments, shop=SHOP, slot="product.after", page={})
        best = min(best, (time.perf_counter() - started) / calls)
    return round(1e6 * best, 2)


def main() -> None:
    """µs by the number of plugins that implement the hook, as JSON."""
    json.dump({str(count): asyncio.run(microseconds(count)) for count in SIZES}, sys.stdout)


if __name__ == "__main__":
    main()
