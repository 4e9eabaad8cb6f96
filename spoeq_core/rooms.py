"""The core's rooms, as boot needs them: their documents, subscribers, schedules and kinds of jobs."""

from __future__ import annotations

from odmantic import Model

from spoeq_core.audit.documents import EntryDocument
from spoeq_core.bulk.documents import ImportDocument
from spoeq_core.bulk.subscribers import JOBS as BULK_JOBS, SCHEDULES as BULK_SCHEDULES
from spoeq_core.cart.documents import CartDocument
from spoeq_core.cart.subscribers import SCHEDULES as CART_SCHEDULES
from spoeq_core.catalog.documents import (
    BrandDocument,
    CategoryDocument,
    LooseFilesDocument,
    ProductDocument,
    RemovalDocument,
)
from spoeq_core.catalog.service.bulk import JOBS as CATALOG_JOBS
from spoeq_core.catalog.subscribers import SCHEDULES as CATALOG_SCHEDULES, SUBSCRIBERS as CATALOG_SUBSCRIBERS
from spoeq_core.checkout.replaying import JOBS as CHECKOUT_JOBS
from spoeq_core.checkout.subscribers import SCHEDULES as CHECKOUT_SCHEDULES
from spoeq_core.desk.documents import SavedViewDocument
from spoeq_core.extensions.declarations import Places
from spoeq_core.identity.documents import (
    CustomerDocument,
    EmailClaimDocument,
    IdentityDocument,
    PasswordResetDocument,
    PendingLoginDocument,
    SessionDocument,
    StaffDocument,
)
from spoeq_core.inventory.documents import LocationDocument, StockDocument, StockLogDocument
from spoeq_core.inventory.subscribers import SCHEDULES as INVENTORY_SCHEDULES, SUBSCRIBERS as INVENTORY_SUBSCRIBERS
from spoeq_core.jobs.documents import JobDocument, JobFailureDocument
from spoeq_core.jobs.model import JobKind
from spoeq_core.jobs.subscribers import SCHEDULES as JOB_SCHEDULES
from spoeq_core.kernel.events import Subscription
from spoeq_core.kernel.records import OutboxDocument
from spoeq_core.kernel.tasks import Schedule
from spoeq_core.notifications.subscribers import SUBSCRIBERS as NOTIFICATION_SUBSCRIBERS
from spoeq_core.orders.bulk import JOBS as ORDER_JOBS
from spoeq_core.orders.documents import ClaimDocument, GatewayMessageDocument, OrderDocument
from spoeq_core.orders.subscribers import SCHEDULES as ORDER_SCHEDULES, SUBSCRIBERS as ORDER_SUBSCRIBERS
from spoeq_core.plugins.documents import CoreData, PluginRecordDocument, PluginStateDocument
from spoeq_core.privacy.documents import ErasureDocument
from spoeq_core.privacy.erasing import JOBS as PRIVACY_JOBS
from spoeq_core.sitemaps.documents import SitemapDocument
from spoeq_core.sitemaps.subscribers import SCHEDULES as SITEMAP_SCHEDULES

DOCUMENTS: tuple[type[Model], ...] = (
    PluginStateDocument,
    PluginRecordDocument,
    OutboxDocument,
    EntryDocument,
    CustomerDocument,
    StaffDocument,
    EmailClaimDocument,
    IdentityDocument,
    PendingLoginDocument,
    SessionDocument,
    PasswordResetDocument,
    ProductDocument,
    CategoryDocument,
    BrandDocument,
    RemovalDocument,
    LooseFilesDocument,
    StockDocument,
    LocationDocument,
    StockLogDocument,
    CartDocument,
    ClaimDocument,
    OrderDocument,
    GatewayMessageDocument,
    JobDocument,
    JobFailureDocument,
    SitemapDocument,
    SavedViewDocument,
    ImportDocument,
    ErasureDocument,
)
EXTENDED: Places = {
    "product": (ProductDocument, "ext"),
    "variant": (ProductDocument, "variants.ext"),
    "cart_line": (CartDocument, "lines.ext"),
    "order": (OrderDocument, "ext"),
    "customer": (CustomerDocument, "ext"),
}
"""Where the documents of owners keep what plugins add to them."""
CORE_DATA = CoreData(
    (*((what, *place) for what, place in EXTENDED.items()), ("order_line", OrderDocument, "lines.ext")),
    frozenset(str(document.__collection__) for document in DOCUMENTS),
)
SUBSCRIBERS: tuple[Subscription, ...] = (
    *CATALOG_SUBSCRIBERS,
    *INVENTORY_SUBSCRIBERS,
    *ORDER_SUBSCRIBERS,
    *NOTIFICATION_SUBSCRIBERS,
)
SCHEDULES: tuple[Schedule, ...] = (
    *CATALOG_SCHEDULES,
    *CART_SCHEDULES,
    *INVENTORY_SCHEDULES,
    *ORDER_SCHEDULES,
    *CHECKOUT_SCHEDULES,
    *JOB_SCHEDULES,
    *SITEMAP_SCHEDULES,
    *BULK_SCHEDULES,
)
JOBS: tuple[JobKind, ...] = (*CATALOG_JOBS, *ORDER_JOBS, *CHECKOUT_JOBS, *BULK_JOBS, *PRIVACY_JOBS)
"""Every kind of long work; `spoeq_core.jobs.model` says how one is written."""
