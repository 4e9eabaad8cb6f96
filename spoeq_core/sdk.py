"""The one module that plugins import (beside `spoeq_core.testing`): everything it names is kept stable.

Names are loaded when they are first used, so that a command which needs two of them does not import the whole shop.
`sdk.pyi` beside it says the same to type checkers; it is written from here (`python -m tests.contracts.generated`).
"""

from __future__ import annotations

from importlib import import_module

OFFERS = {
    "spoeq_core.audit.service": "record",
    "spoeq_core.bulk.model.text": "harmless",
    "spoeq_core.cart.abandoning": "cart_by_id",
    "spoeq_core.cart.events": "CartAbandoned",
    "spoeq_core.cart.model": "Cart",
    "spoeq_core.catalog.events": "BrandUpdated ProductCreated ProductDeleted ProductRated ProductUpdated",
    "spoeq_core.catalog.images": "RenderedImage Rendition add_rendered_images store_picture",
    "spoeq_core.catalog.model": (
        "FacetCounts Image ImageFile ORIGIN Option Product ProductChanges ProductQuery ProductStatus RATING_STEPS "
        "Reduction Sort StockPolicy Variant slugify weighted_rating words_in"
    ),
    "spoeq_core.catalog.service": (
        "all_brands all_categories create_brand create_category extend_product extend_variant forget_files hsn_counts "
        "import_products let_go list_products product_by_id_or_slug products_by_ids products_by_slugs products_of_hsn "
        "REDUCED products_with rated_products reduce_prices set_ratings shown_by_ids shown_categories update_category"
    ),
    "spoeq_core.catalog.service.goods": "GOODS ids_of_goods names_of_goods",
    "spoeq_core.checkout.model": "Problem Quota",
    "spoeq_core.checkout.quotas": "forget_quotas full_quotas quota_counts",
    "spoeq_core.extensions.service": "extension_of",
    "spoeq_core.hooks.caller": "hookimpl",
    "spoeq_core.hooks.contributions": (
        "Extension FileStorageProvider Fragment HeadTag HealthReport LineProperty Manifest "
        "MenuEntry Migration Permission Person PersonalData Routes Row SitemapEntry"
    ),
    "spoeq_core.hooks.questions": "CheckoutField",
    "spoeq_core.identity.addresses": "parse_email parse_gstin",
    "spoeq_core.identity.asking": "LoginFault ask_json declined trouble_of",
    "spoeq_core.identity.logins": "LoginAttempt LoginDeclined LoginProfile LoginProvider",
    "spoeq_core.identity.model": "Customer Segment normalise_email",
    "spoeq_core.identity.openid": "OpenIdClient OpenIdProvider",
    "spoeq_core.identity.service": (
        "create_staff customer_by_id customers_by_ids customers_with extend_customer find_customers list_segments "
        "register_customer segments_named"
    ),
    "spoeq_core.identity.states": "find_state state_code",
    "spoeq_core.inventory.events": "StockStateChanged",
    "spoeq_core.inventory.service": "NewStock Sellable create_stocks sellable stock_of",
    "spoeq_core.jobs.model": "Failure Job JobKind Step",
    "spoeq_core.jobs.service": "create_job job_by_id",
    "spoeq_core.kernel.cache": "depends_on exactly keep_at_most",
    "spoeq_core.kernel.clock": "Clock",
    "spoeq_core.kernel.datadir": "DataDirectory",
    "spoeq_core.kernel.errors": (
        "ConfigurationError Conflict FieldError Forbidden Invalid NotFound SpoeqError StaleAggregate "
        "TooLarge TooManyRequests Unavailable"
    ),
    "spoeq_core.kernel.events": "Delivery Event Handler",
    "spoeq_core.kernel.ids": "new_id",
    "spoeq_core.kernel.messages": "counted message sentences",
    "spoeq_core.kernel.money": "MAX_AMOUNT Money exponent parse_amount plain_amount round_ratio",
    "spoeq_core.kernel.mongo": "Repository plain",
    "spoeq_core.kernel.settings": "Settings",
    "spoeq_core.kernel.tasks": "Schedule",
    "spoeq_core.kernel.storage": "FileStorage is_key require_key",
    "spoeq_core.kernel.validation": "field_errors",
    "spoeq_core.local": "in_process_client use_shop with_shop",
    "spoeq_core.notifications.model": "Message NotificationChannel",
    "spoeq_core.notifications.service": "Recipient send_message",
    "spoeq_core.orders.events": (
        "OrderCancelled OrderConfirmed OrderDelivered OrderEdited OrderPaid OrderPlaced OrderRefunded OrderShipped "
        "RefundRequested ReturnAnswered ReturnInspected ReturnReceived ReturnRequested"
    ),
    "spoeq_core.orders.listing": "Basket Purchases baskets has_ordered orders_with purchases_of",
    "spoeq_core.orders.personal": "orders_of",
    "spoeq_core.orders.model": "Address Order OrderLine OrderStatus",
    "spoeq_core.orders.service": "Parcel add_shipment change_status extend_order order_for payment_failed settle",
    "spoeq_core.orders.shape": "return_url",
    "spoeq_core.orders.tokens": "order_token",
    "spoeq_core.payments.model": (
        "ActionNeeded Failed PaymentOption PaymentOutcome PaymentProvider PaymentStatus Pending Refunded "
        "RefundingProvider RefundOutcome Settled ExpiringProvider TellingProvider Told VerifyingProvider"
    ),
    "spoeq_core.payments.service": "payment_method_ids",
    "spoeq_core.plugins.lifecycle": "enable_plugin fill_demo installed_plugins save_settings",
    "spoeq_core.pricing.model": (
        "Adjustment Buyer Charge Declined Destination Effect Fixed Free OnLines OnOrder OnShipping Percent Phase "
        "PricedCart PricingCart PricingLine Reason State Surcharge Target TaxAnswer TaxRate allocate "
        "apportion tax_added tax_included"
    ),
    "spoeq_core.pricing.service": "Item PriceRequest price_if pricing_cart",
    "spoeq_core.recommendations.model": "Recommendation RecommendationKind RecommendationQuery Recommended Recommender",
    "spoeq_core.recommendations.service": "recommended",
    "spoeq_core.search.feed": "a_little_before all_listed category_names entries facet_names indexed touched_since",
    "spoeq_core.search.model": "Entry Found SearchEngine SearchQuery Touch",
    "spoeq_core.search.service": "find_products",
    "spoeq_core.shipping.model": "Label ShippingCarrier ShippingOption",
    "spoeq_core.shop": "Shop ShopProfile",
    "spoeq_core.stack": "StackOptions cpu_workers run_command run_until_stopped",
    "spoeq_core.web.access": "Actor current_actor public signed_in staff",
    "spoeq_core.web.admin.merging": "BothChanged conflict_state settled",
    "spoeq_core.web.answers": "see_other",
    "spoeq_core.web.api.shapes.base": "MoneyShape Shape",
    "spoeq_core.web.api.shapes.buying": "CartShape",
    "spoeq_core.web.api.shopping": "MoneyBody amount_of wanted_version",
    "spoeq_core.web.bodies": (
        "Body Faults Form form_state json_response query_flag query_int query_text read_body read_form"
    ),
    "spoeq_core.web.carts": (
        "CurrentCart apply_code buyer_now current_cart extend_line priced_cart_response remove_code"
    ),
    "spoeq_core.web.common": "page",
    "spoeq_core.web.context": "current_shop",
    "spoeq_core.web.cookies": "drop_cookie read_cookie set_cookie",
    "spoeq_core.web.flash": "Undo flash",
    "spoeq_core.web.formats": "format_amount",
    "spoeq_core.web.kept": "kept",
    "spoeq_core.web.languages": "page_language translate",
    "spoeq_core.web.openapi": "CART_TOKEN CSV_FILE CURSOR IF_MATCH PDF_FILE PER_PAGE operation whole_number",
    "spoeq_core.web.security": "client_address csrf_exempt limit limit_visitor",
    "spoeq_core.web.theming": "render",
    "spoeq_core.web.views.cart": "trace_of",
    "spoeq_core.web.views.catalog": "card_view image_view recommended_view",
    "spoeq_core.web.views.masking": "masked_email",
    "spoeq_core.web.views.money": "money",
    "spoeq_core.web.views.structured": "breadcrumb_data faq_data",
}
_HOMES = {name: module for module, names in OFFERS.items() for name in names.split()}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - computed: sdk.pyi has the literal names


def __getattr__(name: str) -> object:
    """The name from its home module; kept here from then on."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"spoeq_core.sdk has no {name!r}; see docs/plugin-authors.md for what it offers")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
