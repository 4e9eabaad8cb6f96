"""Where the last build of the sitemap is written down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odmantic import Field, Model

from spoeq_core.kernel.mongo import Repository
from spoeq_core.sitemaps.model import Sitemap


class SitemapDocument(Model):
    """The last build; its only document is `current`. Shard key: `_id`."""

    model_config = {"collection": "sitemaps"}

    id: str = Field(primary_field=True)
    build: str
    base_url: str
    built_at: datetime
    parts: list[dict[str, Any]] = []
    old_keys: list[str] = []
    version: int = 1


class SitemapRepository(Repository[Sitemap]):
    """Keeps which build is in force."""

    document = SitemapDocument
    model = Sitemap
