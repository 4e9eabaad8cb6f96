"""Sessions: begun at sign-in, looked up at each request, ended by people, by time or by a new password.

A session is one document, whoever holds it: a browser (an opaque cookie) or an API client (the family of its refresh
tokens). The cookie and the refresh token both are `<session id>.<secret>`, signed, so that a made-up one costs no
database command; of the secret only its SHA-256 is stored. What a request needs to know of session and account is
kept in Redis for a minute. Ending a session deletes its document and leaves a mark in Redis that no look-up, however
late, can overwrite: so it is over at once in every process. Without Redis each look-up reads the database, and a
session is over at once too.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from spoeq_core.identity.documents import SessionRepository, find_account
from spoeq_core.identity.model import LIFETIMES, Account, Channel, Principal, Session, Staff, kind_of
from spoeq_core.kernel.errors import NotFound
from spoeq_core.kernel.ids import fingerprint, new_id, new_token
from spoeq_core.kernel.redis import REDIS_ERRORS
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

CACHED_SECONDS = 60
ENDED = "ended"
ENDED_SECONDS = 2 * CACHED_SECONDS
TOUCH_EVERY = timedelta(minutes=5)
LONGEST_USER_AGENT = 200
_PRINCIPAL = TypeAdapter(Principal)


@dataclass(frozen=True, slots=True)
class Held:
    """What a cookie or a refresh token says: which session, and the SHA-256 of its secret."""

    session_id: str
    secret_hash: str


async def start_session(
    shop: Shop, account: Account, channel: Channel, *, ip: str = "", user_agent: str = ""
) -> tuple[Session, str]:
    """A new session, and the token that its cookie or client holds."""
    now = shop.clock.now()
    kind = kind_of(account)
    lifetime = LIFETIMES[channel, kind]
    secret = new_token()
    session = Session(
        id=new_id(),
        channel=channel,
        kind=kind,
        account_id=account.id,
        secret_hash=fingerprint(secret),
        epoch=account.session_epoch,
        created_at=now,
        seen_at=now,
        idle_until=now + lifetime.idle,
        expires_at=now + lifetime.absolute,
        ip=ip,
        user_agent=user_agent[:LONGEST_USER_AGENT],
    )
    await shop.repository(SessionRepository).insert(session)
    log.info("%s %s signed in: %s session %s", kind, account.id, channel, session.id)
    return session, write_token(shop, session, secret)


def write_token(shop: Shop, session: Session, secret: str) -> str:
    """What the holder of a session presents."""
    return shop.keyring.sign(f"session:{session.channel}", f"{session.id}.{secret}")


def read_token(shop: Shop, channel: Channel, token: str) -> Held | None:
    """What a token says, or None if it is not one of ours."""
    session_id, dot, secret = (shop.keyring.unsign(f"session:{channel}", token) or "").partition(".")
    return Held(session_id, fingerprint(secret)) if dot else None


async def principal_of_cookie(shop: Shop, token: str) -> Principal | None:
    """Who a browser's cookie stands for; None if the session is over or the cookie was tampered with."""
    held = read_token(shop, Channel.BROWSER, token)
    if held is None:
        return None
    found = await find_principal(shop, held.session_id)
    if found is None or not hmac.compare_digest(found.session.secret_hash, held.secret_hash):
        return None
    return found if await _touch(shop, found.session) else None


async def find_principal(shop: Shop, session_id: str) -> Principal | None:
    """Who a session stands for: from Redis, else from the database; None if it is over."""
    cached = await _cached(shop, session_id)
    if cached == ENDED:
        return None
    found = _parsed(cached) if cached else None
    if found is None:
        found = await _load(shop, session_id)
        await _remember(shop, session_id, _PRINCIPAL.dump_json(found).decode() if found else ENDED)
    return None if found is None or found.session.is_over(shop.clock.now()) else found


async def sessions_of(shop: Shop, account: Account) -> list[Session]:
    """Where somebody is signed in, last used first."""
    now = shop.clock.now()
    found = await shop.repository(SessionRepository).find({"account_id": account.id})
    alive = (session for session in found if not session.is_over(now) and session.epoch == account.session_epoch)
    return sorted(alive, key=lambda session: session.seen_at, reverse=True)


async def end_session(shop: Shop, session_id: str) -> None:
    """Sign out; nothing happens if the session is over already."""
    await shop.repository(SessionRepository).delete(session_id)
    await _mark_ended(shop, [session_id])
    log.info("session %s ended", session_id)


async def end_session_of(shop: Shop, account_id: str, session_id: str) -> None:
    """The same for one of somebody's own sessions.

    Raises:
        NotFound: it is none of theirs.
    """
    session = await shop.repository(SessionRepository).find_by_id(session_id)
    if session is None or session.account_id != account_id:
        raise NotFound("You have no such session.", hint="Reload the list.")
    await end_session(shop, session_id)


async def end_sessions(shop: Shop, account_id: str, *, keep: str | None = None) -> int:
    """End somebody's sessions, but one where `keep` names it; how many there were."""
    collection = shop.repository(SessionRepository).collection
    query = {"account_id": account_id, "_id": {"$ne": keep}}
    ids = [raw["_id"] async for raw in collection.find(query, {"_id": 1})]
    if ids:
        await collection.delete_many({"_id": {"$in": ids}})
        await _mark_ended(shop, ids)
    log.info("%d sessions of %s ended", len(ids), account_id)
    return len(ids)


async def keep_session(shop: Shop, session_id: str, epoch: int) -> None:
    """Let one session live on in a new epoch of its account."""
    await shop.repository(SessionRepository).collection.update_one({"_id": session_id}, {"$set": {"epoch": epoch}})


async def forget_cached(shop: Shop, account_id: str) -> None:
    """Have somebody's sessions read again, since their name changed."""
    collection = shop.repository(SessionRepository).collection
    keys = [_key(shop, raw["_id"]) async for raw in collection.find({"account_id": account_id}, {"_id": 1})]
    try:
        if keys:
            await shop.redis.delete(*keys)
    except REDIS_ERRORS:
        log.warning("Redis is down: %s may be shown under the old name for a minute", account_id)


async def _load(shop: Shop, session_id: str) -> Principal | None:
    session = await shop.repository(SessionRepository).find_by_id(session_id)
    if session is None:
        return None
    account = await find_account(shop, session.kind, session.account_id)
    if account is None or account.disabled or account.session_epoch != session.epoch:
        return None
    role = account.role.value if isinstance(account, Staff) else ""
    return Principal(session, account.email, account.name, role)


async def _touch(shop: Shop, session: Session) -> bool:
    """Note that a session is in use, now and then; False if it has ended meanwhile."""
    now = shop.clock.now()
    if now - session.seen_at < TOUCH_EVERY or not await _first_to_touch(shop, session.id):
        return True
    idle = min(now + LIFETIMES[session.channel, session.kind].idle, session.expires_at)
    collection = shop.repository(SessionRepository).collection
    result = await collection.update_one({"_id": session.id}, {"$set": {"seen_at": now, "idle_until": idle}})
    return bool(result.matched_count)


async def _first_to_touch(shop: Shop, session_id: str) -> bool:
    # The cached copy says for up to a minute that the session was not seen: one write in that time is enough.
    try:
        return bool(await shop.redis.set(shop.key("touch", session_id), "1", nx=True, ex=2 * CACHED_SECONDS))
    except REDIS_ERRORS:
        return True


async def _cached(shop: Shop, session_id: str) -> str | None:
    try:
        found = await shop.redis.get(_key(shop, session_id))
    except REDIS_ERRORS:
        return None
    return found if isinstance(found, str) else None


async def _remember(shop: Shop, session_id: str, value: str) -> None:
    # `nx`: a look-up that read the database before a session ended must not bring it back.
    try:
        await shop.redis.set(_key(shop, session_id), value, nx=True, ex=CACHED_SECONDS)
    except REDIS_ERRORS:
        log.debug("Redis is down: session %s will be read again", session_id)


async def _mark_ended(shop: Shop, session_ids: list[str]) -> None:
    try:
        async with shop.redis.pipeline(transaction=False) as pipeline:
            for session_id in session_ids:
                pipeline.set(_key(shop, session_id), ENDED, ex=ENDED_SECONDS)
            await pipeline.execute()
    except REDIS_ERRORS:
        log.warning("Redis is down: a copy of an ended session may still be in it for up to a minute")


def _parsed(cached: str) -> Principal | None:
    try:
        return _PRINCIPAL.validate_json(cached)
    except ValidationError:
        return None


def _key(shop: Shop, session_id: str) -> str:
    return shop.key("session", session_id)
