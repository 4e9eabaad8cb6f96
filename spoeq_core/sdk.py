"""The one module that plugins import (beside `spoeq_core.testing`): everything in `__all__` is kept stable."""

from __future__ import annotations

from spoeq_core.checkout.model import Problem, Quota
from spoeq_core.hooks.caller import hookimpl
from spoeq_core.hooks.contributions import (
    Extension,
    Fragment,
    HealthReport,
    LineProperty,
    Manifest,
    MenuEntry,
    Permission,
    Routes,
)
from spoeq_core.kernel.clock import Clock
from spoeq_core.kernel.errors import (
    ConfigurationError,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    SpoeqError,
    StaleAggregate,
    TooManyRequests,
    Unavailable,
)
from spoeq_core.kernel.events import Delivery, Event
from spoeq_core.kernel.ids import new_id
from spoeq_core.kernel.money import Money, exponent, parse_amount, plain_amount
from spoeq_core.kernel.mongo import Repository, plain
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.notifications.model import Message, NotificationChannel
from spoeq_core.orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderPaid, OrderPlaced, OrderShipped
from spoeq_core.orders.model import Address, Order, OrderLine, OrderStatus
from spoeq_core.payments.model import (
    ActionNeeded,
    Failed,
    PaymentOption,
    PaymentOutcome,
    PaymentProvider,
    PaymentStatus,
    Pending,
    Settled,
)
from spoeq_core.pricing.model import (
    Adjustment,
    Charge,
    Declined,
    Fixed,
    Free,
    OnLines,
    OnOrder,
    OnShipping,
    Percent,
    Phase,
    PricedCart,
    PricingCart,
    PricingLine,
    Reason,
    State,
    Surcharge,
    TaxAnswer,
    TaxRate,
    allocate,
    apportion,
    tax_added,
    tax_included,
)
from spoeq_core.shipping.model import ShippingOption
from spoeq_core.shop import Shop, ShopProfile
from spoeq_core.stack import StackOptions, run_until_stopped
from spoeq_core.web.access import Actor, current_actor, public, signed_in, staff
from spoeq_core.web.answers import see_other
from spoeq_core.web.bodies import Body, Form, form_state, json_response, query_flag, query_int, query_text, read_body, read_form
from spoeq_core.web.common import page
from spoeq_core.web.context import current_shop
from spoeq_core.web.flash import flash
from spoeq_core.web.formats import format_amount
from spoeq_core.web.openapi import operation
from spoeq_core.web.security import limit
from spoeq_core.web.theming import render
from spoeq_core.web.views.money import money

__all__ = [
    "ActionNeeded",
    "Actor",
    "Address",
    "Adjustment",
    "Body",
    "Charge",
    "Clock",
    "ConfigurationError",
    "Conflict",
    "Declined",
    "Delivery",
    "Event",
    "Extension",
    "Failed",
    "FieldError",
    "Fixed",
    "Forbidden",
    "Form",
    "Fragment",
    "Free",
    "HealthReport",
    "Invalid",
    "LineProperty",
    "Manifest",
    "MenuEntry",
    "Message",
    "Money",
    "NotFound",
    "NotificationChannel",
    "OnLines",
    "OnOrder",
    "OnShipping",
    "Order",
    "OrderCancelled",
    "OrderConfirmed",
    "OrderDelivered",
    "OrderLine",
    "OrderPaid",
    "OrderPlaced",
    "OrderShipped",
    "OrderStatus",
    "PaymentOption",
    "PaymentOutcome",
    "PaymentProvider",
    "PaymentStatus",
    "Pending",
    "Percent",
    "Permission",
    "Phase",
    "PricedCart",
    "PricingCart",
    "PricingLine",
    "Problem",
    "Quota",
    "Reason",
    "Repository",
    "Routes",
    "Schedule",
    "Settled",
    "ShippingOption",
    "Shop",
    "ShopProfile",
    "SpoeqError",
    "StackOptions",
    "StaleAggregate",
    "State",
    "Surcharge",
    "TaxAnswer",
    "TaxRate",
    "TooManyRequests",
    "Unavailable",
    "allocate",
    "apportion",
    "current_actor",
    "current_shop",
    "exponent",
    "flash",
    "form_state",
    "format_amount",
    "hookimpl",
    "json_response",
    "limit",
    "money",
    "new_id",
    "operation",
    "page",
    "parse_amount",
    "plain",
    "plain_amount",
    "public",
    "query_flag",
    "query_int",
    "query_text",
    "read_body",
    "read_form",
    "render",
    "run_until_stopped",
    "save_settings",
    "see_other",
    "signed_in",
    "staff",
    "tax_added",
    "tax_included",
]
