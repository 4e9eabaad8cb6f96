"""S3 storage: what it adds to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from spoeq_core.sdk import FileStorageProvider, HealthReport, Manifest, Shop, hookimpl
from spoeq_s3_storage import service
from spoeq_s3_storage.settings import S3Settings

manifest = Manifest(
    name="s3_storage",
    title="S3 storage",
    description="Keeps pictures in S3, Cloudflare R2 or any other store that speaks S3.",
    needs_setup=True,
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """The bucket and its keys."""
    return S3Settings


@hookimpl
def register_file_storages() -> Sequence[FileStorageProvider]:
    """The storage `s3`."""
    return [service.S3Provider()]


@hookimpl
async def health_report(shop: Shop) -> HealthReport | None:
    """Whether the bucket answers; nothing is said while pictures are kept elsewhere."""
    if shop.profile.file_storage != service.S3Provider.name:
        return None
    problem = await service.check_connection(shop.plugin_settings(S3Settings))
    return HealthReport(not problem, problem)
