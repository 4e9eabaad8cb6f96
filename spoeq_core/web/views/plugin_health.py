"""How the plugins fare in all processes, as staff see it: figures by hook, what failed last, who held up a process."""

from __future__ import annotations

from typing import Any

from spoeq_core.plugins.health import PluginHealth, health_of_plugins
from spoeq_core.plugins.lifecycle import configuration_of
from spoeq_core.shop import Shop


async def trouble_view(shop: Shop) -> dict[str, Any]:
    """`rows` of figures, those in trouble first; `failures`, `blocked` and `aside` with what authors need."""
    configuration = configuration_of(shop)
    fares = await health_of_plugins(shop)
    faults, details = await configuration.faults.of_plugins(), await configuration.faults.details()
    return {
        "rows": _rows(shop, fares),
        "failures": [
            {"plugin": plugin, "hook": hook, "text": text, "details": details.get((plugin, hook), "")}
            for plugin, hooks in sorted(faults.items())
            for hook, text in sorted(hooks.items())
        ],
        "blocked": [
            {"plugin": plugin, "what": what, "count": one.count, "longest": f"{one.longest:.1f}", "stack": one.stack}
            for plugin, found in sorted(fares.items())
            for what, one in sorted(found.blocked.items())
        ],
        "aside": [{"name": one.name, "error": one.error, "details": one.details} for one in configuration.quarantined],
    }


def _rows(shop: Shop, fares: dict[str, PluginHealth]) -> list[dict[str, Any]]:
    now, until = shop.clock.now().timestamp(), shop.hooks.breakers.open_until()
    keys = {*until, *((plugin, hook) for plugin, found in fares.items() for hook in found.hooks)}
    rows = []
    for plugin, hook in keys:
        calls = fares.get(plugin, PluginHealth()).calls_at(hook)
        end = until.get((plugin, hook), 0.0)
        rows.append(
            {
                "plugin": plugin,
                "hook": hook,
                "calls": calls.calls,
                "errors": calls.errors,
                "timeouts": calls.timeouts,
                "p95_ms": round(calls.slowest() * 1000),
                "breaker": "closed" if not end else "open" if end > now else "half_open",
                "seconds": max(0, round(end - now)),
            }
        )
    return sorted(rows, key=lambda row: (row["breaker"] == "closed", -row["errors"], row["plugin"], row["hook"]))
