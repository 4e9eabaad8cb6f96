"""Whether the shop lives, and whether it can work."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from quart import Blueprint, Quart, Response, g, request

from spoeq_core.hooks import app as app_hooks
from spoeq_core.shop import Shop
from spoeq_core.web.access import public
from spoeq_core.web.bodies import json_response
from spoeq_core.web.context import EXTENSION, current_shop

log = logging.getLogger(__name__)

HEARTBEAT_AGE = 60.0
RETRY_AFTER = "5"

NOBODY = "-"
"""An id that no document has: it is looked up by an index, whatever the database, however much is in it."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
async def healthz() -> Response:
    """The process is up."""
    return json_response({"status": "ok"})


@blueprint.get("/readyz")
@public
async def readyz() -> Response:
    """Every part that the shop needs, and whether it answers; 503 if one does not."""
    shop = current_shop()
    checks = {
        "mongodb": _answers(shop.mongo.ping()),
        "redis": _answers(_ping(shop)),
        "worker": _answers(_worker(shop)),
        "search": _answers(shop.mongo.collection("products").find_one({"_id": NOBODY})),
    }
    found: dict[str, str] = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
    for answer in await shop.hooks.collect(app_hooks.health_report, shop=shop):
        found[f"plugin.{answer.plugin}"] = "ok" if answer.value.ok else answer.value.detail or "failing"
    ready = all(state == "ok" for state in found.values())
    status, headers = (200, {}) if ready else (503, {"Retry-After": RETRY_AFTER})
    return json_response({"status": "ok" if ready else "degraded", "checks": found}, status, headers)


class NoWorker(Exception):
    """No worker lives, as far as is known."""


class Metrics:
    """Counts of this process, for Prometheus."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "spoeq_requests", "Answered requests", ["method", "endpoint", "status"], registry=self.registry
        )
        self.seconds = Histogram("spoeq_request_seconds", "Time to answer", ["endpoint"], registry=self.registry)


class HookCalls(Collector):
    """What this process asked its plugins."""

    def __init__(self, shop: Callable[[], Shop | None]) -> None:
        self._shop = shop

    def collect(self) -> Iterator[Metric]:
        """Calls, errors, timeouts and seconds by plugin and hook; how often a plugin held up the process."""
        shop = self._shop()
        labels = ("plugin", "hook")
        calls = CounterMetricFamily("spoeq_hook_calls", "Questions to plugins", labels=labels)
        errors = CounterMetricFamily("spoeq_hook_errors", "Questions that a plugin failed at", labels=labels)
        timeouts = CounterMetricFamily("spoeq_hook_timeouts", "Questions not answered in time", labels=labels)
        seconds = CounterMetricFamily("spoeq_hook_seconds", "Time that plugins took", labels=labels)
        blocked = CounterMetricFamily("spoeq_loop_blocked", "Times the process was held up", labels=("plugin", "what"))
        if shop is not None:
            for key, found in list(shop.hooks.calls.items()):
                calls.add_metric(key, found.calls)
                errors.add_metric(key, found.errors)
                timeouts.add_metric(key, found.timeouts)
                seconds.add_metric(key, found.seconds)
            for key, held_up in list(shop.hooks.blocked.items()):
                blocked.add_metric(key, held_up.count)
        yield from (calls, errors, timeouts, seconds, blocked)


class CacheReads(Collector):
    """What this process's cache was asked."""

    def __init__(self, shop: Callable[[], Shop | None]) -> None:
        self._shop = shop

    def collect(self) -> Iterator[Metric]:
        """Reads by shelf and outcome; entries and bytes by shelf; whether it hears what others change."""
        shop = self._shop()
        reads = CounterMetricFamily("spoeq_cache_reads", "Reads of the cache", labels=("shelf", "outcome"))
        entries = GaugeMetricFamily("spoeq_cache_entries", "What is kept", labels=("shelf",))
        weight = GaugeMetricFamily("spoeq_cache_bytes", "About how many bytes it takes", labels=("shelf",))
        hears = GaugeMetricFamily("spoeq_cache_hears", "1: hears what other processes change, and so is in use")
        if shop is not None:
            for key, count in shop.cache.counts.items():
                reads.add_metric(key, count)
            for name, shelf in shop.cache.shelves.items():
                entries.add_metric((name,), len(shelf))
                weight.add_metric((name,), shelf.weight)
            hears.add_metric((), int(shop.cache.hears))
        yield from (reads, entries, weight, hears)


def install(app: Quart) -> None:
    """Count the app's requests and serve `/metrics`."""
    metrics = Metrics()

    metrics.registry.register(HookCalls(lambda: app.extensions.get(EXTENSION)))
    metrics.registry.register(CacheReads(lambda: app.extensions.get(EXTENSION)))

    @app.before_request
    async def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    async def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        metrics.requests.labels(request.method, endpoint, str(response.status_code)).inc()
        if "started" in g:
            metrics.seconds.labels(endpoint).observe(time.perf_counter() - g.started)
        return response

    @app.get("/metrics")
    @public
    async def show() -> Response:
        return Response(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)


async def _ping(shop: Shop) -> None:
    await shop.redis.ping()


async def _worker(shop: Shop) -> None:
    beat = await shop.redis.get(shop.key("worker", "heartbeat"))
    age = shop.clock.now().timestamp() - float(beat or 0)
    if age > HEARTBEAT_AGE:
        raise NoWorker("no worker has reported for a minute; start one with: spoeq worker")


async def _answers(check: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(2):
            await check
    except NoWorker as error:
        return str(error)
    except Exception as error:
        log.warning("a part of the shop is not ready", exc_info=True)
        return f"does not answer ({type(error).__name__})"
    return "ok"
