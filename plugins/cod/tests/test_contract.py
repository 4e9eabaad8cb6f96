"""Cash on delivery does what every way to pay must do."""

from __future__ import annotations

import pytest

from spoeq_cod.provider import CashOnDelivery
from spoeq_core.testing.providers import PaymentProviderContract


class TestCashOnDelivery(PaymentProviderContract):
    @pytest.fixture
    def provider(self) -> CashOnDelivery:
        return CashOnDelivery()
