"""What texts may say of the shop without repeating it: `{name}` stands for what Settings says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from spoeq_core.sdk import Shop
from spoeq_pages.markdown import facts_in
from spoeq_pages.settings import PagesSettings

NAMES: Final[Mapping[str, str]] = {
    "shop_name": "Shop name",
    "legal_name": "Legal name",
    "address": "Address",
    "email": "Contact e-mail",
    "phone": "Contact phone",
    "grievance_officer": "Grievance officer",
    "return_days": "Days for returns",
    "support_hours": "When somebody answers",
}
"""The facts, and what their field in the settings is called."""


def facts_of(shop: Shop) -> dict[str, str]:
    """The facts by name; one that is not known yet is empty."""
    profile = shop.profile
    return {
        "shop_name": profile.name,
        "legal_name": profile.legal_name,
        "address": profile.address,
        "email": profile.email,
        "phone": profile.phone,
        "grievance_officer": profile.grievance_officer,
        "return_days": str(profile.return_days or ""),
        "support_hours": shop.plugin_settings(PagesSettings).support_hours,
    }


def missing_facts(shop: Shop, text: str) -> list[str]:
    """What the settings do not say yet though the text uses it, in the words of the settings page."""
    facts = facts_of(shop)
    return [label for name, label in NAMES.items() if name in facts_in(text) and not facts[name]]
