"""What every file storage must do: inherit the class and give it the fixture `storage`."""

from __future__ import annotations

import asyncio
from typing import Any

from spoeq_core.kernel.storage import FileStorage

NO_KEYS = (
    "",
    "/",
    "/etc/passwd",
    "../x",
    "a/../b",
    "a//b",
    "a/",
    ".hidden",
    "a/.b",
    "a\0b",
    "a b",
    "a\\b",
    "ä",
    "x" * 301,
)


class FileStorageContract:
    """Conformance tests of a `FileStorage`.

    Example:
        class TestMine(FileStorageContract):
            @pytest.fixture
            async def storage(self): return MyStorage(…)
    """

    KEY = "products/01M8DXKC5WGX0PBD9ZWN20T0M7/0123456789abcdef-320.webp"

    async def test_what_was_saved_is_read(self, storage: FileStorage) -> None:
        """Every byte, also none, also many."""
        for number, content in enumerate((b"\x00\xff picture", b"", b"x" * 3_000_000)):
            key = f"products/p{number}/a-320.webp"
            await storage.save(key, content)
            assert await storage.read(key) == content

    async def test_saving_twice_is_the_same_as_once(self, storage: FileStorage) -> None:
        """A repeat after a lost answer is no error."""
        for _ in range(2):
            await storage.save(self.KEY, b"content")
        assert await storage.read(self.KEY) == b"content"

    async def test_many_at_once(self, storage: FileStorage) -> None:
        """As an upload stores all renditions together."""
        keys = [f"products/many/a-{width}.avif" for width in range(30)]
        await asyncio.gather(*(storage.save(key, key.encode()) for key in keys))
        assert [await storage.read(key) for key in keys] == [key.encode() for key in keys]

    async def test_what_is_not_there_is_none(self, storage: FileStorage) -> None:
        """Also where only a folder of that name is, and below a file."""
        await storage.save(self.KEY, b"content")
        for key in ("products/none-320.webp", "products", self.KEY.rpartition("/")[0], f"{self.KEY}/below"):
            assert await storage.read(key) is None

    async def test_deleted_is_gone_and_again_is_no_error(self, storage: FileStorage) -> None:
        """Its neighbour stays."""
        await storage.save(self.KEY, b"content")
        await storage.save("products/other-320.webp", b"other")
        for _ in range(2):
            await storage.delete(self.KEY)
        assert await storage.read(self.KEY) is None
        assert await storage.read("products/other-320.webp") == b"other"

    async def test_what_is_no_key_is_refused(self, storage: FileStorage) -> None:
        """Nothing outside the storage is named, read or removed."""
        import pytest

        from spoeq_core.kernel.errors import Invalid

        for key in NO_KEYS:
            assert await storage.read(key) is None
            refused: tuple[Any, ...] = (storage.save(key, b"x"), storage.delete(key))
            for attempt in refused:
                with pytest.raises(Invalid):
                    await attempt

    async def test_each_key_has_an_address_of_its_own(self, storage: FileStorage) -> None:
        """Known without asking anybody, also of what is not stored."""
        one, other = storage.url(self.KEY), storage.url("products/other-320.webp")
        assert one != other
        assert one.endswith(self.KEY)
        assert one.startswith(("/media/", "https://", "http://"))
