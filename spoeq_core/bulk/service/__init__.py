"""What pages and commands ask of bulk imports and exports."""

from spoeq_core.bulk.service.applying import APPLY
from spoeq_core.bulk.service.checking import CHECK
from spoeq_core.bulk.service.columns import columns_of
from spoeq_core.bulk.service.exporting import (
    LEVELS,
    SEPARATORS,
    Wanted,
    errors_csv,
    example_csv,
    export_products,
    failure_row,
)
from spoeq_core.bulk.service.files import remove_old_files
from spoeq_core.bulk.service.importing import begin_import, import_by_id, recent_imports, start_import

__all__ = [
    "APPLY",
    "CHECK",
    "LEVELS",
    "SEPARATORS",
    "Wanted",
    "begin_import",
    "columns_of",
    "errors_csv",
    "example_csv",
    "export_products",
    "failure_row",
    "import_by_id",
    "recent_imports",
    "remove_old_files",
    "start_import",
]
