"""The demo's people, with one password for all."""

from __future__ import annotations

from dataclasses import dataclass

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
