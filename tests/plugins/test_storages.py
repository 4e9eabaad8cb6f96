"""Where pictures are kept is a plugin's, by name, while it is enabled (register_file_storages)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from spoeq_core.hooks.contributions import FileStorageProvider
from spoeq_core.kernel.errors import ConfigurationError, Invalid, Unavailable
from spoeq_core.kernel.storage import FileStorage, LocalFileStorage
from spoeq_core.plugins.lifecycle import disable_plugin, save_settings
from spoeq_core.plugins.loading import build_hooks
from spoeq_core.plugins.storages import chosen_storage
from spoeq_core.shop import Shop
from spoeq_core.testing.shops import discovery_of, shop_with
from tests.shopping import plugin


class Vault:
    name = "vault"

    def open(self, shop: Shop) -> FileStorage:
        return LocalFileStorage(shop.settings.data_dir / "vault")


def register_file_storages() -> Sequence[FileStorageProvider]:
    return [Vault()]


async def test_staff_choose_it_by_name_and_it_is_missed_while_its_plugin_is_off(
    servers: tuple[str, str], tmp_path: Path
):
    safe = plugin("safe", register_file_storages=register_file_storages)
    async with shop_with(safe, servers=servers, data_dir=tmp_path) as shop:
        with pytest.raises(Invalid):
            await save_settings(shop, "core", {"file_storage": "cellar"})
        await save_settings(shop, "core", {"file_storage": "vault"})
        await chosen_storage(shop).save("products/a-320.webp", b"picture")
        assert (tmp_path / "vault" / "products" / "a-320.webp").read_bytes() == b"picture"
        await disable_plugin(shop, "safe")
        with pytest.raises(Unavailable):
            await chosen_storage(shop).save("products/b-320.webp", b"picture")


def test_two_of_one_name_are_refused_naming_both():
    pair = [plugin(name, register_file_storages=register_file_storages) for name in ("one", "two")]
    with pytest.raises(ConfigurationError, match="'one' and 'two'"):
        build_hooks(discovery_of(*pair).plugins, lambda *_: None)
