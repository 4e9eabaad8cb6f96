"""The policies and questions that the plugin `pages` drafts, published through the staff's own forms."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from spoeq_core.sdk import Settings, SpoeqError, in_process_client
from spoeq_demo.people import ACCOUNTS, PASSWORD

DRAFTS: Mapping[str, tuple[str, ...]] = {
    "/admin/pages/publish": ("shipping", "returns", "about", "contact", "privacy", "terms"),
    "/admin/questions/publish": (
        "when",
        "address",
        "cost",
        "account",
        "how-return",
        "refund-when",
        "damaged",
        "cod",
        "money-gone",
        "invoice",
        "data",
    ),
}
"""The forms, and what is chosen in them."""
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MISSING = 404
FAILED = 400


async def publish_pages(settings: Settings) -> None:
    """Publish the drafts; nothing if the plugin `pages` is not installed.

    Raises:
        SpoeqError: a form was refused.
    """
    async with in_process_client(settings) as client:
        account = {"email": ACCOUNTS[0].email, "password": PASSWORD}
        await client.post("/admin/login", form=account, headers=SAME_SITE)
        for path, names in DRAFTS.items():
            chosen = urlencode({"do": "publish", "id": [f"draft-{name}" for name in names]}, doseq=True)
            answer = await client.post(path, data=chosen, headers={**SAME_SITE, **FORM})
            if answer.status_code == MISSING:
                return
            if answer.status_code >= FAILED:
                raise SpoeqError(f"{path} was refused: {answer.status_code}.", hint="See the log above.")
