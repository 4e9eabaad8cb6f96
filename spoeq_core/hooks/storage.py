"""Where uploaded files are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec

if TYPE_CHECKING:
    from spoeq_core.hooks.contributions import FileStorageProvider


@hookspec
def register_file_storages() -> Sequence[FileStorageProvider] | None:
    """Places where uploaded pictures can be kept, beside the local disk.

    Staff choose one by its name (`spoeq files use NAME`, or the shop's setting "Where pictures are kept"). Return
    providers whose `open(shop)` gives a `FileStorage` with the plugin's current settings. Two providers of one name are
    refused at boot. While the chosen one's plugin is disabled, uploads are refused with a message that says so.

    Example:
        >>> @hookimpl
        ... def register_file_storages() -> Sequence[FileStorageProvider]:
        ...     return [S3Provider()]
    """
