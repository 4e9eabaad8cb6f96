"""Public reads that clients and caches keep: each answer has a tag, and says 304 to whoever has it already."""

from __future__ import annotations

import hashlib
from typing import Any

from quart import Response, request

from spoeq_core.web.bodies import json_response

ASK_AGAIN = "public, no-cache"
"""May be kept, and is asked for again with its tag before each use: prices and stock are never shown old."""
FOR_STAFF = "private, no-store"


async def tagged(value: Any) -> Response:
    """The value as JSON with an ETag of its content, or 304 if the request names that in If-None-Match."""
    headers = {"Cache-Control": ASK_AGAIN, "Vary": "Authorization, Cookie"}
    response = json_response(value, headers=headers)
    tag = hashlib.sha256(await response.get_data(as_text=False)).hexdigest()[:32]
    if request.if_none_match.contains_weak(tag):
        response = Response("", status=304, headers=headers)
        del response.headers["Content-Type"]
    response.set_etag(tag)
    return response
