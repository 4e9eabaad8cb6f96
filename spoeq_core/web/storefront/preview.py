"""The end of a preview: whoever previews the shop in another dress sees it again as everybody does."""

from __future__ import annotations

from quart import Blueprint, Response

from spoeq_core.web.access import public
from spoeq_core.web.answers import see_other
from spoeq_core.web.context import current_shop
from spoeq_core.web.themes.preview import stop_preview

blueprint = Blueprint("pages_preview", __name__)


@blueprint.post("/preview/stop")
@public
async def stop() -> Response:
    """Forget the preview of this browser; nothing happens where there is none."""
    return await stop_preview(current_shop(), see_other("/"))
