"""What holds an erasure up, and what an order without its buyer still says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from spoeq_core.boot import all_documents
from spoeq_core.hooks.contributions import PersonalData
from spoeq_core.kernel.breaker import Breakers
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.orders.model import OrderStatus, Refund, RefundStatus, Return, Shipment
from spoeq_core.orders.model.changes import PAYMENT_MISMATCH, REFUND_DUE
from spoeq_core.orders.model.personal import RETURN_LIFE, anonymised, unfinished
from spoeq_core.plugins.faults import Faults
from spoeq_core.plugins.loading import load_hooks
from spoeq_core.privacy.manifest import manifest_of
from spoeq_core.testing.shops import discovery_of
from tests.privacy.conftest import bought
from tests.shopping import plugin

NOT_ABOUT_CUSTOMERS = {
    *(
        "plugin_state",
        "plugin_records",
        "staff",
        "products",
        "categories",
        "brands",
        "product_removals",
        "loose_files",
        "stock",
        "stock_log",
        "locations",
    ),
    *("jobs", "job_failures", "sitemaps", "saved_views", "imports"),
    "emails",  # goes with the account
    "erasures",  # sealed, and gone when it is done
}


@pytest.fixture
async def order(shop, clock):
    placed = await bought(shop, None)
    return replace(placed, status=OrderStatus.DELIVERED, paid=placed.grand_total)


@pytest.mark.parametrize("status", list(OrderStatus))
async def test_what_is_not_delivered_is_unfinished(order, clock, status):
    over = status in {OrderStatus.DELIVERED, OrderStatus.COMPLETED, OrderStatus.CANCELLED}
    assert (unfinished(replace(order, status=status), clock.now()) == "") is over


@pytest.mark.parametrize("flag", [REFUND_DUE, PAYMENT_MISMATCH])
async def test_money_to_be_looked_at_is_unfinished(order, clock, flag):
    assert unfinished(replace(order, flags=(flag,)), clock.now())


async def test_a_refund_under_way_is_unfinished(order, clock):
    refund = Refund("r", 100, clock.now(), "", "Asha")
    assert "given back" in unfinished(replace(order, refunds=(refund,)), clock.now())
    done = replace(refund, status=RefundStatus.DONE)
    assert unfinished(replace(order, refunds=(done,), refunded=100), clock.now()) == ""


async def test_a_return_is_unfinished_until_it_came_or_was_paid_back_or_is_old(order, clock):
    line = order.lines[0].id
    waiting = replace(order, returns=(Return("r", {line: 1}, clock.now(), "", "shopper"),))
    assert "return" in unfinished(waiting, clock.now())
    assert unfinished(waiting, clock.now() + RETURN_LIFE) == ""
    assert unfinished(waiting, clock.now() + RETURN_LIFE - timedelta(seconds=1))
    came = replace(waiting, lines=(replace(order.lines[0], returned=1), *order.lines[1:]))
    assert unfinished(came, clock.now()) == ""
    refund = Refund("f", 100, clock.now(), "", "Asha", RefundStatus.DONE, {line: 1})
    assert unfinished(replace(waiting, refunds=(refund,), refunded=100), clock.now()) == ""


async def test_an_order_is_made_anonymous_once_and_keeps_what_tax_law_asks_for(order, clock):
    business = replace(order, shipping_address=replace(order.shipping_address, gstin="29ABCDE1234F1Z5"))
    kept = anonymised(business, clock.now(), lambda _target, _ext: {})
    address = kept.shipping_address
    assert (address.state, address.country, address.gstin) == ("Karnataka", "IN", "29ABCDE1234F1Z5")
    assert (address.name, address.phone, address.line1, address.city, address.postal_code) == ("", "", "", "", "")
    assert (kept.number, kept.grand_total, kept.paid) == (order.number, order.grand_total, order.paid)
    assert anonymised(kept, clock.now() + timedelta(days=1), lambda _target, _ext: {}) is kept


async def test_texts_that_people_wrote_go_too(order, clock):
    at, line = clock.now(), order.lines[0]
    written = replace(
        order,
        fields={"note": "for Meera"},
        lines=(replace(line, properties={"engraving": "Meera"}, property_labels={"engraving": "Name"}),),
        shipments=(Shipment("s", {line.id: 1}, at, "Post", "AWB1", "https://post.example/Meera"),),
        refunds=(Refund("f", 100, at, "Meera rang", "Asha", RefundStatus.DONE, reference="UTR1"),),
        returns=(Return("r", {line.id: 1}, at, "too big for Meera", "Meera"),),
    )
    kept = anonymised(written, at, lambda _target, _ext: {})
    assert "Meera" not in repr(kept)
    assert (kept.shipments[0].awb, kept.refunds[0].reference, kept.refunds[0].amount) == ("AWB1", "UTR1", 100)


async def test_every_collection_says_what_it_keeps_of_people(shop):
    declared = {part.data.collection for part in manifest_of(shop)}
    stored = {str(document.model_config["collection"]) for document in all_documents(shop.hooks)}
    assert stored - declared - NOT_ABOUT_CUSTOMERS == set()
    assert NOT_ABOUT_CUSTOMERS - stored == set()


async def test_parts_of_a_disabled_plugin_are_asked_too(shop):
    shop.hooks.enabled -= {"diary"}
    assert "diary/diary" in {part.key for part in manifest_of(shop)}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([PersonalData("notes", "Notes", "contact", "deleted", "Deleted.")], "is deleted, but has no erase handler"),
        ([PersonalData("notes", "Notes", "contact", "kept", "Law.")] * 2, "stands there twice"),
    ],
)
def test_a_manifest_that_cannot_be_kept_is_refused_at_boot(entries, says):
    wrong = plugin("wrong", register_data_manifest=lambda: entries)
    with pytest.raises(ConfigurationError, match=says):
        load_hooks(discovery_of(wrong), Faults(Breakers()).note, strict=True, breakers=Breakers())
