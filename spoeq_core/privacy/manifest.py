"""All that is kept about people, in the order in which it is erased: plugins' first, accounts last."""

from __future__ import annotations

from dataclasses import dataclass

from spoeq_core.audit.personal import PERSONAL_DATA as AUDIT
from spoeq_core.cart.personal import PERSONAL_DATA as CART
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.contributions import Person, PersonalData
from spoeq_core.identity.documents import EmailClaimDocument
from spoeq_core.identity.personal import PERSONAL_DATA as IDENTITY
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.mongo import Document
from spoeq_core.kernel.outbox import RECORDS
from spoeq_core.orders.personal import PERSONAL_DATA as ORDERS
from spoeq_core.shop import Shop

CORE = "core"


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of the manifest, and whose it is."""

    plugin: str
    data: PersonalData

    @property
    def key(self) -> str:
        """Its name among all: `email/mails`."""
        return f"{self.plugin}/{self.data.collection}"


async def _forget_events(shop: Shop, person: Person) -> None:
    """Events that carry the address (a password was changed, a link was asked for), told, waiting or dead."""
    if person.customer_id:
        claim = {"source.collection": EmailClaimDocument.model_config["collection"], "source.id": person.email}
        about: Document = {"$or": [{"data.account_id": person.customer_id}, claim]}
        await shop.mongo.collection(RECORDS).delete_many(about)


OUTBOX = PersonalData(
    RECORDS,
    message("Messages about the account that wait to be sent"),
    "contact",
    "deleted",
    message("They are not sent any more. Messages about orders carry no address and find none."),
    erase=_forget_events,
)


def manifest_of(shop: Shop) -> tuple[Part, ...]:
    """Every part of the core and of the installed plugins, whether enabled or not."""
    plugins = [
        Part(part.plugin, data)
        for part in shop.hooks.all_parts(app_hooks.register_data_manifest)
        for data in part.value
    ]
    core = [Part(CORE, data) for data in (*CART, *ORDERS, *AUDIT, *IDENTITY, OUTBOX)]
    return (*plugins, *core)
