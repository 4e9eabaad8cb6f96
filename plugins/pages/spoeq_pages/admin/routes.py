"""Where the staff pages mount, and who may open them."""

from __future__ import annotations

from typing import Final

from quart import Blueprint

PERMISSION: Final = "pages.manage"
PAGES: Final = "/admin/pages"
QUESTIONS: Final = "/admin/questions"

blueprint = Blueprint("pages_admin", __name__)
