"""The storage: an S3 client, and its failures as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from spoeq_core.sdk import FileStorage, Shop, Unavailable, is_key, message, require_key
from spoeq_s3_storage.settings import S3Settings

if TYPE_CHECKING:
    from obstore.store import S3Config

TYPES = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg"}
FOR_EVER = "public, max-age=31536000, immutable"
CHECKED = "spoeq-health-check"


class S3FileStorage:
    """Files in a bucket. Nothing is fetched when it is made."""

    def __init__(self, settings: S3Settings) -> None:
        self.settings = settings
        self._store: S3Store | None = None

    async def save(self, key: str, content: bytes) -> None:
        """One PUT, which S3 makes visible whole or not at all."""
        path = self._path(require_key(key))
        kind = TYPES.get(f".{key.rpartition('.')[2]}", "application/octet-stream")
        headers = {"Content-Type": kind, "Cache-Control": FOR_EVER}
        with self._said("stored"):
            await obstore.put_async(self._client(), path, content, attributes=headers, use_multipart=False)

    async def read(self, key: str) -> bytes | None:
        """One GET."""
        if not is_key(key):
            return None
        with self._said("read"):
            try:
                found = await obstore.get_async(self._client(), self._path(key))
                return bytes(await found.bytes_async())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
        return None

    async def delete(self, key: str) -> None:
        """One DELETE; S3 does not mind what is not there."""
        path = self._path(require_key(key))
        with self._said("removed"):
            try:
                await obstore.delete_async(self._client(), path)
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise

    def url(self, key: str) -> str:
        """Its public address, or the shop's own, which passes it on."""
        base = self.settings.public_url.rstrip("/")
        return f"{base}/{self._path(key)}" if base else f"/media/{key}"

    def _path(self, key: str) -> str:
        prefix = self.settings.prefix
        return f"{prefix}/{key}" if prefix else key

    def _client(self) -> S3Store:
        given = self.settings
        if not (given.bucket and given.access_key and given.secret_key.get_secret_value()):
            raise Unavailable(
                "The S3 storage is not set up.",
                hint="Enter bucket, access key and secret key under Plugins > S3 storage.",
                code="storage_unavailable",
            )
        if self._store is None:
            config: S3Config = {
                "region": given.region,
                "access_key_id": given.access_key,
                "secret_access_key": given.secret_key.get_secret_value(),
                "virtual_hosted_style_request": not given.endpoint,
            }
            if given.endpoint:
                config["endpoint"] = given.endpoint.rstrip("/")
            self._store = S3Store(
                given.bucket,
                config=config,
                client_options={
                    "allow_http": given.endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=min(5, given.timeout_seconds)),
                    "timeout": timedelta(seconds=given.timeout_seconds),
                },
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=given.timeout_seconds)},
            )
        return self._store

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        """Failures as `Unavailable`; nothing of the request, which is signed, goes into the message."""
        try:
            yield
        except (UnauthenticatedError, PermissionDeniedError):
            raise self._failed(what, "it refuses the access key", "Check both keys and what they may do.") from None
        except FileNotFoundError:
            raise self._failed(what, "there is no such bucket", "Check its name, region and endpoint.") from None
        except (BaseError, OSError, TimeoutError, ValueError) as error:
            raise self._failed(what, type(error).__name__, "See that the store runs and can be reached.") from None

    def _failed(self, what: str, why: str, hint: str) -> Unavailable:
        bucket = self.settings.bucket
        return Unavailable(
            message("A file could not be %(what)s in bucket '%(bucket)s': %(why)s.", what=what, bucket=bucket, why=why),
            hint=hint,
            code="storage_unavailable",
        )


class S3Provider:
    """Gives the storage for the current settings; one client as long as they stay the same."""

    name = "s3"

    def __init__(self) -> None:
        self._last: S3FileStorage | None = None

    def open(self, shop: Shop) -> FileStorage:
        """The storage."""
        settings = shop.plugin_settings(S3Settings)
        if self._last is None or self._last.settings is not settings:
            self._last = S3FileStorage(settings)
        return self._last


async def check_connection(settings: S3Settings) -> str:
    """Why the bucket cannot be used; empty if it can."""
    try:
        await S3FileStorage(settings).read(CHECKED)
    except Unavailable as error:
        return str(error)
    return ""
