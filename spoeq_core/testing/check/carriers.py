"""A plugin's carriers in the shop of the check: what their contract asks, as far as it needs no keys of theirs."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.hooks import shipping as shipping_hooks
from spoeq_core.orders.documents import OrderRepository
from spoeq_core.orders.model import OrderStatus
from spoeq_core.orders.service import settle
from spoeq_core.payments.model import Settled
from spoeq_core.shipping.model import ShippingCarrier
from spoeq_core.testing.carriers import ShippingCarrierContract
from spoeq_core.testing.check.lab import Bench, Lab
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject

LAWS = ("test_what_is_left_is_booked_once", "test_who_cancelled_is_sent_nothing", "test_each_parcel_has_a_label")
UNSIGNED = (b"", b"{}", b"[]", b"\xff\xfe", b'{"id": "1"}')


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Its carriers book once, label what they booked and hear only what is signed."""
    bench = await lab.bench()
    carriers = bench.running.shop.hooks.part_of(shipping_hooks.register_carriers, subject.name) or ()
    if not carriers:
        raise Skipped("it brings no carrier")
    works_here = subject.manifest is not None and not subject.manifest.needs_setup
    faults = []
    for carrier in carriers:
        told = [await _unsigned(bench, carrier)]
        told += [await _broken(bench, carrier, law) for law in LAWS if works_here]
        faults += [Fault(f"carrier {carrier.name!r}: {text}") for text in told if text]
    return faults


async def _unsigned(bench: Bench, carrier: ShippingCarrier) -> str:
    for body in UNSIGNED:
        if await carrier.hear(bench.running.shop, body, {}):
            return f"it hears {body!r}, which nobody signed"
    return ""


async def _broken(bench: Bench, carrier: ShippingCarrier, law: str) -> str:
    """What an order says against one law of the contract; empty, if nothing does."""
    shop = bench.running.shop
    bought = await bench.buy()
    if not bought.order_id:
        return f"nobody can buy: {bought.status} {bought.told}"
    await bench.settle_events()
    order = await shop.repository(OrderRepository).get(bought.order_id)
    if order.status is OrderStatus.PENDING_PAYMENT:
        order = await settle(
            shop, order.payment.provider, order.id, Settled(f"kit_{order.id}", order.due, order.currency)
        )
        await bench.settle_events()
    test = getattr(ShippingCarrierContract(), law)
    try:
        await test(shop, carrier, order)
    except AssertionError as error:
        return f"{law.removeprefix('test_').replace('_', ' ')} does not hold. {test.__doc__} {error}".strip()
    return ""
