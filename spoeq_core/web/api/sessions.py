"""JSON: where an account is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from quart import Blueprint, Response

from spoeq_core.identity import service as identity
from spoeq_core.identity.model import Session
from spoeq_core.web.access import current_actor, signed_in
from spoeq_core.web.bodies import Body, json_response
from spoeq_core.web.context import current_shop
from spoeq_core.web.openapi import operation
from spoeq_core.web.signing_in import own_account

blueprint = Blueprint("api_sessions", __name__)


class SessionView(Body):
    """Somewhere an account is signed in."""

    id: str
    channel: Literal["browser", "api"]
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
    current: bool


class Sessions(Body):
    """Everywhere an account is signed in, last used first."""

    items: list[SessionView]


@blueprint.get("/auth/sessions")
@signed_in(staff_too=True)
@operation("Where the account is signed in", tags=["Auth"], responses={200: Sessions})
async def sessions() -> Response:
    """The account's sessions."""
    shop = current_shop()
    actor = await current_actor()
    found = await identity.sessions_of(shop, await own_account(shop, actor.kind, actor.id))
    return json_response({"items": [_session_view(session, actor.session_id) for session in found]})


@blueprint.delete("/auth/sessions")
@signed_in(staff_too=True)
@operation("Sign out everywhere else", tags=["Auth"], responses={204: None})
async def end_other_sessions() -> Response:
    """End all sessions of the account but this one."""
    actor = await current_actor()
    await identity.end_sessions(current_shop(), actor.id, keep=actor.session_id)
    return Response("", status=204)


@blueprint.delete("/auth/sessions/<session_id>")
@signed_in(staff_too=True)
@operation("Sign out somewhere", tags=["Auth"], responses={204: None, 404: None})
async def end_session(session_id: str) -> Response:
    """End one session of the account."""
    actor = await current_actor()
    await identity.end_session_of(current_shop(), actor.id, session_id)
    return Response("", status=204)


def _session_view(session: Session, current: str) -> dict[str, Any]:
    return {
        "id": session.id,
        "channel": session.channel.value,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "expires_at": min(session.expires_at, session.idle_until),
        "ip": session.ip,
        "user_agent": session.user_agent,
        "current": session.id == current,
    }
