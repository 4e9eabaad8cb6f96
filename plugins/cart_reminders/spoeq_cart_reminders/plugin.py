"""Cart reminders: what they add to the shop, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from odmantic import Model
from pydantic import BaseModel

from spoeq_cart_reminders.documents import ReminderDocument
from spoeq_cart_reminders.personal import REMINDERS
from spoeq_cart_reminders.settings import ReminderSettings
from spoeq_cart_reminders.subscribers import HANDLERS
from spoeq_core.sdk import Event, Handler, Manifest, PersonalData, hookimpl

manifest = Manifest(
    name="cart_reminders",
    title="Cart reminders",
    description="Customers who agreed to news get one message about what they left in the cart.",
)


@hookimpl
def register_settings() -> type[BaseModel]:
    """How often one customer is reminded."""
    return ReminderSettings


@hookimpl
def register_documents() -> Sequence[type[Model]]:
    """Who was reminded when."""
    return [ReminderDocument]


@hookimpl
def register_data_manifest() -> Sequence[PersonalData]:
    """Who was reminded when."""
    return [REMINDERS]


@hookimpl
def register_subscribers() -> Mapping[type[Event], Handler]:
    """Reminding when a cart was left."""
    return HANDLERS
