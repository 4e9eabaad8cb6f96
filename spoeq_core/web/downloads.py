"""Files that are written while they are sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

from quart import Response


def download(pieces: AsyncIterator[bytes], content_type: str, name: str) -> Response:
    """The pieces as a file of that name, which no cache keeps."""
    response = Response(pieces, content_type=content_type)
    response.timeout = None
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
