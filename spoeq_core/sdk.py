"""The one module that plugins import (beside `spoeq_core.testing`)."""
