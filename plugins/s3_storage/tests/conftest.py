"""A server that speaks S3 on loopback, and a bucket in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from spoeq_s3_storage.settings import S3Settings

SECRET = "not-to-be-shown"
PATIENCE = 60


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> S3Settings:
    name = "pictures"
    httpx.post(f"{endpoint}/moto-api/reset", timeout=PATIENCE).raise_for_status()
    httpx.put(f"{endpoint}/{name}", timeout=PATIENCE).raise_for_status()
    return S3Settings(bucket=name, endpoint=endpoint, access_key="key", secret_key=SECRET, timeout_seconds=PATIENCE)


@pytest.fixture
def signed(bucket: S3Settings) -> Callable[[str], Awaitable[Any]]:
    """Reads an object past the plugin's own code."""
    store = S3Store(
        bucket.bucket,
        region="ap-south-1",
        endpoint=bucket.endpoint,
        access_key_id="key",
        secret_access_key=SECRET,
        client_options={"allow_http": True},
    )
    return lambda key: obstore.get_async(store, key)
