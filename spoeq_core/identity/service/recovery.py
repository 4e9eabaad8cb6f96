"""A forgotten password: a link by mail, good once and for half an hour."""

from __future__ import annotations

import logging
from datetime import timedelta

from spoeq_core.identity.documents import PasswordResetRepository, find_account
from spoeq_core.identity.events import PasswordResetRequested
from spoeq_core.identity.model import Account, PasswordReset, kind_of
from spoeq_core.identity.passwords import passwords_of
from spoeq_core.identity.service.accounts import account_of_email, set_password
from spoeq_core.kernel.errors import Invalid
from spoeq_core.kernel.ids import fingerprint, new_token
from spoeq_core.shop import Shop

log = logging.getLogger(__name__)

LINK_LIFE = timedelta(minutes=30)
PURPOSE = "password_reset"


async def request_password_reset(shop: Shop, email: str) -> None:
    """Tell `PasswordResetRequested` if the address has an account; the caller never learns whether it has."""
    account = await account_of_email(shop, email)
    if account is None or account.disabled:
        log.info("a new password was asked for an address without an account")
        return
    token = new_token()
    expires_at = shop.clock.now() + LINK_LIFE
    await shop.repository(PasswordResetRepository).insert(
        PasswordReset(fingerprint(token), kind_of(account), account.id, expires_at),
        PasswordResetRequested(
            account_id=account.id,
            kind=kind_of(account),
            email=account.email,
            name=account.name,
            sealed_token=shop.keyring.seal(PURPOSE, token),
            expires_at=expires_at.isoformat(),
        ),
    )


def reset_token(shop: Shop, event: PasswordResetRequested) -> str:
    """The token of the event, for the mail alone."""
    return shop.keyring.unseal(PURPOSE, event.sealed_token)


def reset_link(shop: Shop, event: PasswordResetRequested) -> str:
    """The link that the mail carries."""
    return f"{shop.settings.base_url.rstrip('/')}/reset-password?token={reset_token(shop, event)}"


async def reset_password(shop: Shop, token: str, password: str) -> Account:
    """Set a new password with a mailed token, which then is used up; all sessions end.

    Raises:
        Invalid: the token is wrong, used or too old, or the password is refused (the token then stays good).
    """
    reset = await shop.repository(PasswordResetRepository).find_by_id(fingerprint(token))
    if reset is None or reset.used_at or reset.expires_at <= shop.clock.now():
        raise _no_longer_good()
    account = await find_account(shop, reset.kind, reset.account_id)
    if account is None or account.disabled:
        raise _no_longer_good()
    passwords_of(shop).refuse_weak(password, account.email, account.name)
    await _use_up(shop, reset)
    return await set_password(shop, account, password, by_mail=True)


async def _use_up(shop: Shop, reset: PasswordReset) -> None:
    resets = shop.repository(PasswordResetRepository).collection
    now = shop.clock.now()
    used = await resets.update_one({"_id": reset.id, "used_at": None}, {"$set": {"used_at": now}})
    if used.matched_count == 0:
        raise _no_longer_good()
    await resets.update_many({"account_id": reset.account_id, "used_at": None}, {"$set": {"used_at": now}})


def _no_longer_good() -> Invalid:
    return Invalid.field("token", "This link has expired or was used already. Ask for a new one.", "token")
