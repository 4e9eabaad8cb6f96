"""Static files of themes and plugins, and uploaded pictures."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from pathlib import Path

from quart import Blueprint, Response, request

from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.storage import is_private
from spoeq_core.shop import LOCAL_STORAGE
from spoeq_core.web import compression
from spoeq_core.web.access import public
from spoeq_core.web.context import current_shop
from spoeq_core.web.themes import Themes
from spoeq_core.web.theming import current_theming, sheet_look

FOR_EVER = "public, max-age=31536000, immutable"
A_WHILE = "public, max-age=300"
TYPES = {".avif": "image/avif", ".webp": "image/webp", ".js": "text/javascript; charset=utf-8"}

blueprint = Blueprint("files", __name__)


@blueprint.get("/static/<owner>/<path:name>")
@public
async def static_file(owner: str, name: str) -> Response:
    """A file of a theme or a plugin; cached for ever when asked for by its hash."""
    theming = current_theming()
    path = theming.static_file(owner, name)
    if path is None:
        raise NotFound("There is no such file.")
    current = request.args.get("v", "") == theming.themes.digest(path)
    return await _send(theming.themes, path, FOR_EVER if current else A_WHILE)


@blueprint.get("/static/<owner>/vars.css")
@public
async def theme_settings(owner: str) -> Response:
    """A theme's settings as a style sheet; cached for ever under the hash of its content.

    A process that does not know a change yet answers with what it knows, for nobody to keep.
    """
    look = await sheet_look(owner)
    current = bool(look.sheet) and request.args.get("v", "") == look.sheet_hash
    caching = FOR_EVER if current else "no-cache"
    return _answer(look.sheet.encode(), "vars.css", "private, no-store" if look.preview else caching, "")


@blueprint.get("/media/<path:key>")
@public
async def media(key: str) -> Response:
    """An uploaded file; keys are never reused, so it is cached for ever."""
    shop = current_shop()
    if is_private(key):
        raise NotFound("There is no such file.")
    tag = hashlib.sha256(key.encode()).hexdigest()[:16]
    if request.if_none_match.contains_weak(tag):
        return Response("", status=304, headers={"Cache-Control": FOR_EVER, "ETag": f'"{tag}"'})
    content = await shop.storage.read(key)
    if content is None and shop.profile.file_storage != LOCAL_STORAGE:
        content = await shop.local_files.read(key)  # uploaded before the shop's pictures moved elsewhere
    if content is None:
        raise NotFound("There is no such file.")
    return _answer(content, key, FOR_EVER, tag)


@blueprint.get("/favicon.ico")
@public
async def favicon() -> Response:
    """The theme's icon."""
    theming = current_theming()
    path = theming.static_file(current_shop().profile.storefront_theme, "favicon.svg")
    if path is None:
        return Response("", status=204)
    return await _send(theming.themes, path, A_WHILE)


async def _send(themes: Themes, path: Path, caching: str) -> Response:
    tag = themes.digest(path)
    if tag and request.if_none_match.contains_weak(tag):
        return Response("", status=304, headers={"Cache-Control": caching, "ETag": f'"{tag}"'})
    if not compression.is_text(_kind(path.name)) or not compression.takes_gzip():
        return _answer(await asyncio.to_thread(path.read_bytes), path.name, caching, tag)
    response = _answer(await asyncio.to_thread(themes.packed, path), path.name, caching, tag)
    compression.mark(response)
    return response


def _answer(content: bytes, name: str, caching: str, tag: str) -> Response:
    response = Response(content, content_type=_kind(name), headers={"Cache-Control": caching})
    if tag:
        response.set_etag(tag)
    return response


def _kind(name: str) -> str:
    return TYPES.get(Path(name).suffix.lower()) or mimetypes.guess_type(name)[0] or "application/octet-stream"
