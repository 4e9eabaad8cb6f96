"""Makes the demo's accounts; only `spoeq demo` does."""

from __future__ import annotations

from spoeq_core.sdk import Conflict, Invalid, Shop, create_staff, register_customer
from spoeq_demo.people import ACCOUNTS, PASSWORD


async def create_accounts(shop: Shop) -> None:
    """Make the accounts that are not there yet."""
    for account in ACCOUNTS:
        try:
            if account.role:
                await create_staff(shop, email=account.email, password=PASSWORD, name=account.name, role=account.role)
            else:
                await register_customer(shop, email=account.email, password=PASSWORD, name=account.name)
        except (Conflict, Invalid) as error:
            if not _is_taken(error):
                raise


def _is_taken(error: Conflict | Invalid) -> bool:
    codes = {item.code for item in error.errors} if isinstance(error, Invalid) else {error.code}
    return bool(codes & {"taken", "duplicate", "email_taken"})
