"""How an erasure that is under way is kept. Shard key: `_id`."""

from __future__ import annotations

from datetime import datetime

from odmantic import Field, Model

from spoeq_core.kernel.mongo import Repository
from spoeq_core.privacy.model import Erasure


class ErasureDocument(Model):
    """An erasure that has not ended; `sealed` is whom it is about, readable only with the shop's secret."""

    model_config = {"collection": "erasures"}

    id: str = Field(primary_field=True)
    sealed: str
    by: str
    begun_at: datetime
    version: int = 1


class ErasureRepository(Repository[Erasure]):
    """Erasures under way."""

    document = ErasureDocument
    model = Erasure
