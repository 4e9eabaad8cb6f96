"""Which file storage is in use: the local disk, or the one of a plugin that the shop's settings name."""

from __future__ import annotations

from spoeq_core.hooks import storage as contributions
from spoeq_core.hooks.caller import Hooks
from spoeq_core.hooks.contributions import FileStorageProvider
from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.storage import FileStorage
from spoeq_core.shop import LOCAL_STORAGE, Shop


def providers(hooks: Hooks) -> dict[str, FileStorageProvider]:
    """The storages of the enabled plugins, by name."""
    return {one.name: one for part in hooks.parts(contributions.register_file_storages) for one in part.value}


def storage_names(hooks: Hooks) -> list[str]:
    """What the shop's setting may be."""
    return [LOCAL_STORAGE, *sorted(providers(hooks))]


def chosen_storage(shop: Shop) -> FileStorage:
    """The storage that the shop's settings name."""
    return storage_named(shop, shop.profile.file_storage)


def storage_named(shop: Shop, name: str) -> FileStorage:
    """The storage of that name; one that refuses everything where no enabled plugin has it."""
    if name == LOCAL_STORAGE:
        return shop.local_files
    provider = providers(shop.hooks).get(name)
    return MissingFileStorage(name) if provider is None else provider.open(shop)


class MissingFileStorage:
    """Stands for a storage that is chosen and not there: pages render, uploads are refused."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def save(self, key: str, content: bytes) -> None:
        """Refused."""
        raise self._error()

    async def read(self, key: str) -> bytes | None:
        """Refused."""
        raise self._error()

    async def delete(self, key: str) -> None:
        """Refused."""
        raise self._error()

    def url(self, key: str) -> str:
        """An address at which the shop says what is wrong."""
        return f"/media/{key}"

    def _error(self) -> Unavailable:
        return Unavailable(
            message("Pictures are kept in '%(name)s', and no enabled plugin offers that.", name=self.name),
            hint="Enable its plugin, or choose another place with: spoeq files use NAME",
            code="storage_unavailable",
        )
