"""Redirects after a form was taken."""

from __future__ import annotations

from quart import Response


def see_other(path: str) -> Response:
    """303: what to show next, by GET."""
    return Response("", status=303, headers={"Location": path})
