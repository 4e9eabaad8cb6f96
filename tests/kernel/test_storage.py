"""The local disk as a file storage."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.storage import LocalFileStorage
from spoeq_core.testing.file_storage import FileStorageContract


class TestLocalDisk(FileStorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> LocalFileStorage:
        return LocalFileStorage(tmp_path / "media")


async def test_a_disk_that_does_not_take_a_file_says_so_and_keeps_no_part_of_it(tmp_path: Path):
    (tmp_path / "media").write_text("a file where the folder should be")
    storage = LocalFileStorage(tmp_path / "media")
    with pytest.raises(Unavailable) as error:
        await storage.save("products/a.webp", b"x")
    assert "could not be written" in str(error.value)
    assert await storage.read("products/a.webp") is None
    assert os.listdir(tmp_path) == ["media"]
