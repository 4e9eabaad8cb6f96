"""Payment providers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spoeq_core.hooks.caller import hookspec

if TYPE_CHECKING:
    from spoeq_core.payments.model import PaymentProvider


@hookspec
def register_payment_providers() -> Sequence[PaymentProvider] | None:
    """Ways to pay, in the order in which they are offered. Two providers of one name are refused at boot."""
