"""The demo's people, with one password for all; made by `spoeq demo` only."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.sdk import Conflict, Invalid, Shop, create_staff, register_customer

PASSWORD = "spoeq-demo-1"  # noqa: S105 - it is printed at every start


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody who can sign in; a shopper has no role."""

    email: str
    name: str
    role: str = ""


ACCOUNTS = (
    DemoAccount("admin@demo.spoeq", "Asha Admin", "admin"),
    DemoAccount("staff@demo.spoeq", "Sunil Staff", "staff"),
    DemoAccount("warehouse@demo.spoeq", "Wahida Warehouse", "warehouse"),
    DemoAccount("support@demo.spoeq", "Sanjay Support", "support"),
    DemoAccount("shopper@demo.spoeq", "Shreya Shopper"),
)


async def create_accounts(shop: Shop) -> None:
    """Make the accounts that are not there yet."""
    for account in ACCOUNTS:
        try:
            if account.role:
                await create_staff(
                    shop, email=account.email, password=PASSWORD, name=account.name, role=account.role
                )
            else:
                await register_customer(shop, email=account.email, password=PASSWORD, name=account.name)
        except (Conflict, Invalid) as error:
            if not _is_taken(error):
                raise


def _is_taken(error: Conflict | Invalid) -> bool:
    codes = {item.code for item in error.errors} if isinstance(error, Invalid) else {error.code}
    return bool(codes & {"taken", "duplicate", "email_taken"})
