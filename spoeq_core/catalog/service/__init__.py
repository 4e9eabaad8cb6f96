"""What the rest of the shop asks of the catalogue."""

from spoeq_core.catalog.service.categories import (
    BrandChanges,
    CategoryChanges,
    all_brands,
    all_categories,
    category_tree,
    create_brand,
    create_category,
    delete_category,
    rename_brand,
    update_brand,
    update_category,
)
from spoeq_core.catalog.service.checks import checked
from spoeq_core.catalog.service.extensions import extended, extensions_of, shown
from spoeq_core.catalog.service.files import expect_files, forget_files, let_go, picture_keys, remove_loose_files
from spoeq_core.catalog.service.importing import import_products
from spoeq_core.catalog.service.listing import MAX_COUNTED, list_products
from spoeq_core.catalog.service.products import (
    archive_product,
    create_product,
    delete_product,
    finish_removal,
    product_addresses,
    product_by_id_or_slug,
    products_by_ids,
    products_by_slugs,
    record_sales,
    require_version,
    save_product,
    set_stock_states,
    update_product,
)

__all__ = [
    "MAX_COUNTED",
    "BrandChanges",
    "CategoryChanges",
    "all_brands",
    "all_categories",
    "archive_product",
    "category_tree",
    "checked",
    "create_brand",
    "create_category",
    "create_product",
    "delete_category",
    "delete_product",
    "expect_files",
    "extended",
    "extensions_of",
    "finish_removal",
    "forget_files",
    "import_products",
    "let_go",
    "list_products",
    "picture_keys",
    "product_addresses",
    "product_by_id_or_slug",
    "products_by_ids",
    "products_by_slugs",
    "record_sales",
    "remove_loose_files",
    "rename_brand",
    "require_version",
    "save_product",
    "set_stock_states",
    "shown",
    "update_brand",
    "update_category",
    "update_product",
]
