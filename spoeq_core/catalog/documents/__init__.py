"""How products, categories and brands are kept, and which of their files may go."""

from spoeq_core.catalog.documents.catalogue import BESIDE, NEWEST, ProductDocument, ProductRepository
from spoeq_core.catalog.documents.files import (
    LooseFiles,
    LooseFilesDocument,
    LooseFilesRepository,
    Removal,
    RemovalDocument,
    RemovalRepository,
)
from spoeq_core.catalog.documents.groups import (
    BrandDocument,
    BrandRepository,
    CategoryDocument,
    CategoryRepository,
)

__all__ = [
    "BESIDE",
    "NEWEST",
    "BrandDocument",
    "BrandRepository",
    "CategoryDocument",
    "CategoryRepository",
    "LooseFiles",
    "LooseFilesDocument",
    "LooseFilesRepository",
    "ProductDocument",
    "ProductRepository",
    "Removal",
    "RemovalDocument",
    "RemovalRepository",
]
