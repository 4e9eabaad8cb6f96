from spoeq_core.audit.service import record as record
from spoeq_core.bulk.model.text import harmless as harmless
from spoeq_core.cart.abandoning import cart_by_id as cart_by_id
from spoeq_core.cart.events import CartAbandoned as CartAbandoned
from spoeq_core.cart.model import Cart as Cart
from spoeq_core.catalog.events import (
    BrandUpdated as BrandUpdated,
    ProductCreated as ProductCreated,
    ProductDeleted as ProductDeleted,
    ProductRated as ProductRated,
    ProductUpdated as ProductUpdated,
)
from spoeq_core.catalog.images import (
    RenderedImage as RenderedImage,
    Rendition as Rendition,
    add_rendered_images as add_rendered_images,
    store_picture as store_picture,
)
from spoeq_core.catalog.model import (
    ORIGIN as ORIGIN,
    RATING_STEPS as RATING_STEPS,
    FacetCounts as FacetCounts,
    Image as Image,
    ImageFile as ImageFile,
    Option as Option,
    Product as Product,
    ProductChanges as ProductChanges,
    ProductQuery as ProductQuery,
    ProductStatus as ProductStatus,
    Reduction as Reduction,
    Sort as Sort,
    StockPolicy as StockPolicy,
    Variant as Variant,
    slugify as slugify,
    weighted_rating as weighted_rating,
    words_in as words_in,
)
from spoeq_core.catalog.service import (
    REDUCED as REDUCED,
    all_brands as all_brands,
    all_categories as all_categories,
    create_brand as create_brand,
    create_category as create_category,
    extend_product as extend_product,
    extend_variant as extend_variant,
    forget_files as forget_files,
    hsn_counts as hsn_counts,
    import_products as import_products,
    let_go as let_go,
    list_products as list_products,
    product_by_id_or_slug as product_by_id_or_slug,
    products_by_ids as products_by_ids,
    products_by_slugs as products_by_slugs,
    products_of_hsn as products_of_hsn,
    products_with as products_with,
    rated_products as rated_products,
    reduce_prices as reduce_prices,
    set_ratings as set_ratings,
    shown_by_ids as shown_by_ids,
    shown_categories as shown_categories,
    update_category as update_category,
)
from spoeq_core.catalog.service.goods import (
    GOODS as GOODS,
    ids_of_goods as ids_of_goods,
    names_of_goods as names_of_goods,
)
from spoeq_core.checkout.model import Problem as Problem, Quota as Quota
from spoeq_core.checkout.quotas import (
    forget_quotas as forget_quotas,
    full_quotas as full_quotas,
    quota_counts as quota_counts,
)
from spoeq_core.extensions.service import extension_of as extension_of
from spoeq_core.hooks.caller import hookimpl as hookimpl
from spoeq_core.hooks.contributions import (
    Extension as Extension,
    FileStorageProvider as FileStorageProvider,
    Fragment as Fragment,
    HeadTag as HeadTag,
    HealthReport as HealthReport,
    LineProperty as LineProperty,
    Manifest as Manifest,
    MenuEntry as MenuEntry,
    Migration as Migration,
    Permission as Permission,
    Person as Person,
    PersonalData as PersonalData,
    Routes as Routes,
    Row as Row,
    SitemapEntry as SitemapEntry,
)
from spoeq_core.hooks.questions import CheckoutField as CheckoutField
from spoeq_core.identity.addresses import parse_email as parse_email, parse_gstin as parse_gstin
from spoeq_core.identity.asking import (
    LoginFault as LoginFault,
    ask_json as ask_json,
    declined as declined,
    trouble_of as trouble_of,
)
from spoeq_core.identity.logins import (
    LoginAttempt as LoginAttempt,
    LoginDeclined as LoginDeclined,
    LoginProfile as LoginProfile,
    LoginProvider as LoginProvider,
)
from spoeq_core.identity.model import Customer as Customer, Segment as Segment, normalise_email as normalise_email
from spoeq_core.identity.openid import OpenIdClient as OpenIdClient, OpenIdProvider as OpenIdProvider
from spoeq_core.identity.service import (
    create_staff as create_staff,
    customer_by_id as customer_by_id,
    customers_by_ids as customers_by_ids,
    customers_with as customers_with,
    extend_customer as extend_customer,
    find_customers as find_customers,
    list_segments as list_segments,
    register_customer as register_customer,
    segments_named as segments_named,
)
from spoeq_core.identity.states import find_state as find_state, state_code as state_code
from spoeq_core.inventory.events import StockStateChanged as StockStateChanged
from spoeq_core.inventory.service import (
    NewStock as NewStock,
    Sellable as Sellable,
    create_stocks as create_stocks,
    sellable as sellable,
    stock_of as stock_of,
)
from spoeq_core.jobs.model import Failure as Failure, Job as Job, JobKind as JobKind, Step as Step
from spoeq_core.jobs.service import create_job as create_job, job_by_id as job_by_id
from spoeq_core.kernel.cache import depends_on as depends_on, exactly as exactly, keep_at_most as keep_at_most
from spoeq_core.kernel.clock import Clock as Clock
from spoeq_core.kernel.datadir import DataDirectory as DataDirectory
from spoeq_core.kernel.errors import (
    ConfigurationError as ConfigurationError,
    Conflict as Conflict,
    FieldError as FieldError,
    Forbidden as Forbidden,
    Invalid as Invalid,
    NotFound as NotFound,
    SpoeqError as SpoeqError,
    StaleAggregate as StaleAggregate,
    TooLarge as TooLarge,
    TooManyRequests as TooManyRequests,
    Unavailable as Unavailable,
)
from spoeq_core.kernel.events import Delivery as Delivery, Event as Event, Handler as Handler
from spoeq_core.kernel.ids import new_id as new_id
from spoeq_core.kernel.messages import counted as counted, message as message, sentences as sentences
from spoeq_core.kernel.money import (
    MAX_AMOUNT as MAX_AMOUNT,
    Money as Money,
    exponent as exponent,
    parse_amount as parse_amount,
    plain_amount as plain_amount,
    round_ratio as round_ratio,
)
from spoeq_core.kernel.mongo import Repository as Repository, plain as plain
from spoeq_core.kernel.settings import Settings as Settings
from spoeq_core.kernel.storage import FileStorage as FileStorage, is_key as is_key, require_key as require_key
from spoeq_core.kernel.tasks import Schedule as Schedule
from spoeq_core.kernel.validation import field_errors as field_errors
from spoeq_core.local import in_process_client as in_process_client, use_shop as use_shop, with_shop as with_shop
from spoeq_core.notifications.model import Message as Message, NotificationChannel as NotificationChannel
from spoeq_core.notifications.service import Recipient as Recipient, send_message as send_message
from spoeq_core.orders.events import (
    OrderCancelled as OrderCancelled,
    OrderConfirmed as OrderConfirmed,
    OrderDelivered as OrderDelivered,
    OrderEdited as OrderEdited,
    OrderPaid as OrderPaid,
    OrderPlaced as OrderPlaced,
    OrderRefunded as OrderRefunded,
    OrderShipped as OrderShipped,
    RefundRequested as RefundRequested,
    ReturnAnswered as ReturnAnswered,
    ReturnInspected as ReturnInspected,
    ReturnReceived as ReturnReceived,
    ReturnRequested as ReturnRequested,
)
from spoeq_core.orders.listing import (
    Basket as Basket,
    Purchases as Purchases,
    baskets as baskets,
    has_ordered as has_ordered,
    orders_with as orders_with,
    purchases_of as purchases_of,
)
from spoeq_core.orders.model import (
    Address as Address,
    Order as Order,
    OrderLine as OrderLine,
    OrderStatus as OrderStatus,
)
from spoeq_core.orders.personal import orders_of as orders_of
from spoeq_core.orders.service import (
    Parcel as Parcel,
    add_shipment as add_shipment,
    change_status as change_status,
    extend_order as extend_order,
    order_for as order_for,
    payment_failed as payment_failed,
    settle as settle,
)
from spoeq_core.orders.shape import return_url as return_url
from spoeq_core.orders.tokens import order_token as order_token
from spoeq_core.payments.model import (
    ActionNeeded as ActionNeeded,
    ExpiringProvider as ExpiringProvider,
    Failed as Failed,
    PaymentOption as PaymentOption,
    PaymentOutcome as PaymentOutcome,
    PaymentProvider as PaymentProvider,
    PaymentStatus as PaymentStatus,
    Pending as Pending,
    Refunded as Refunded,
    RefundingProvider as RefundingProvider,
    RefundOutcome as RefundOutcome,
    Settled as Settled,
    TellingProvider as TellingProvider,
    Told as Told,
    VerifyingProvider as VerifyingProvider,
)
from spoeq_core.payments.service import payment_method_ids as payment_method_ids
from spoeq_core.plugins.lifecycle import (
    enable_plugin as enable_plugin,
    fill_demo as fill_demo,
    installed_plugins as installed_plugins,
    save_settings as save_settings,
)
from spoeq_core.pricing.model import (
    Adjustment as Adjustment,
    Buyer as Buyer,
    Charge as Charge,
    Declined as Declined,
    Destination as Destination,
    Effect as Effect,
    Fixed as Fixed,
    Free as Free,
    OnLines as OnLines,
    OnOrder as OnOrder,
    OnShipping as OnShipping,
    Percent as Percent,
    Phase as Phase,
    PricedCart as PricedCart,
    PricingCart as PricingCart,
    PricingLine as PricingLine,
    Reason as Reason,
    State as State,
    Surcharge as Surcharge,
    Target as Target,
    TaxAnswer as TaxAnswer,
    TaxRate as TaxRate,
    allocate as allocate,
    apportion as apportion,
    tax_added as tax_added,
    tax_included as tax_included,
)
from spoeq_core.pricing.service import (
    Item as Item,
    PriceRequest as PriceRequest,
    price_if as price_if,
    pricing_cart as pricing_cart,
)
from spoeq_core.recommendations.model import (
    Recommendation as Recommendation,
    RecommendationKind as RecommendationKind,
    RecommendationQuery as RecommendationQuery,
    Recommended as Recommended,
    Recommender as Recommender,
)
from spoeq_core.recommendations.service import recommended as recommended
from spoeq_core.search.feed import (
    a_little_before as a_little_before,
    all_listed as all_listed,
    category_names as category_names,
    entries as entries,
    facet_names as facet_names,
    indexed as indexed,
    touched_since as touched_since,
)
from spoeq_core.search.model import (
    Entry as Entry,
    Found as Found,
    SearchEngine as SearchEngine,
    SearchQuery as SearchQuery,
    Touch as Touch,
)
from spoeq_core.search.service import find_products as find_products
from spoeq_core.shipping.model import (
    Label as Label,
    ShippingCarrier as ShippingCarrier,
    ShippingOption as ShippingOption,
)
from spoeq_core.shop import Shop as Shop, ShopProfile as ShopProfile
from spoeq_core.stack import (
    StackOptions as StackOptions,
    cpu_workers as cpu_workers,
    run_command as run_command,
    run_until_stopped as run_until_stopped,
)
from spoeq_core.web.access import (
    Actor as Actor,
    current_actor as current_actor,
    public as public,
    signed_in as signed_in,
    staff as staff,
)
from spoeq_core.web.admin.merging import (
    BothChanged as BothChanged,
    conflict_state as conflict_state,
    settled as settled,
)
from spoeq_core.web.answers import see_other as see_other
from spoeq_core.web.api.shapes.base import MoneyShape as MoneyShape, Shape as Shape
from spoeq_core.web.api.shapes.buying import CartShape as CartShape
from spoeq_core.web.api.shopping import MoneyBody as MoneyBody, amount_of as amount_of, wanted_version as wanted_version
from spoeq_core.web.bodies import (
    Body as Body,
    Faults as Faults,
    Form as Form,
    form_state as form_state,
    json_response as json_response,
    query_flag as query_flag,
    query_int as query_int,
    query_text as query_text,
    read_body as read_body,
    read_form as read_form,
)
from spoeq_core.web.carts import (
    CurrentCart as CurrentCart,
    apply_code as apply_code,
    buyer_now as buyer_now,
    current_cart as current_cart,
    extend_line as extend_line,
    priced_cart_response as priced_cart_response,
    remove_code as remove_code,
)
from spoeq_core.web.common import page as page
from spoeq_core.web.context import current_shop as current_shop
from spoeq_core.web.cookies import drop_cookie as drop_cookie, read_cookie as read_cookie, set_cookie as set_cookie
from spoeq_core.web.flash import Undo as Undo, flash as flash
from spoeq_core.web.formats import format_amount as format_amount
from spoeq_core.web.kept import kept as kept
from spoeq_core.web.languages import page_language as page_language, translate as translate
from spoeq_core.web.openapi import (
    CART_TOKEN as CART_TOKEN,
    CSV_FILE as CSV_FILE,
    CURSOR as CURSOR,
    IF_MATCH as IF_MATCH,
    PDF_FILE as PDF_FILE,
    PER_PAGE as PER_PAGE,
    operation as operation,
    whole_number as whole_number,
)
from spoeq_core.web.security import (
    client_address as client_address,
    csrf_exempt as csrf_exempt,
    limit as limit,
    limit_visitor as limit_visitor,
)
from spoeq_core.web.theming import render as render
from spoeq_core.web.views.cart import trace_of as trace_of
from spoeq_core.web.views.catalog import (
    card_view as card_view,
    image_view as image_view,
    recommended_view as recommended_view,
)
from spoeq_core.web.views.masking import masked_email as masked_email
from spoeq_core.web.views.money import money as money
from spoeq_core.web.views.structured import breadcrumb_data as breadcrumb_data, faq_data as faq_data
