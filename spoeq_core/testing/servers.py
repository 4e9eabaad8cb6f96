"""The servers that tests run against: given by the environment, or embedded for the session."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def test_servers(data_dir: Path) -> Iterator[tuple[str, str]]:
    """URLs of MongoDB and Redis: `SPOEQ_TEST_MONGODB_URI` and `SPOEQ_TEST_REDIS_URL`, or embedded servers.

    A MongoDB that is given should run with `--setParameter ttlMonitorEnabled=false`: tests stop the shop's clock in the
    past, and it would forget under their hands what has expired by its own.
    """
    given = os.environ.get("SPOEQ_TEST_MONGODB_URI"), os.environ.get("SPOEQ_TEST_REDIS_URL")
    if given[0] and given[1]:
        yield given[0], given[1]
        return
    from spoeq_core.kernel.embedded import EmbeddedServers

    loop = asyncio.new_event_loop()
    # A test drops its database when it ends, each key by a commit of its own: to wait for the disk at every one would
    # be most of what the suite takes.
    servers = EmbeddedServers(data_dir, for_tests=True, patience=180.0)
    urls = loop.run_until_complete(servers.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield urls.mongodb_uri, urls.redis_url
    finally:
        asyncio.run_coroutine_threadsafe(servers.stop(), loop).result(120)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
