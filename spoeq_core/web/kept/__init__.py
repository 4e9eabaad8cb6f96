"""Whole public pages that are kept: which, for whom, and how they are answered before anything else is done."""

from spoeq_core.web.kept.declaring import Kept, kept, kept_of

__all__ = ["Kept", "kept", "kept_of"]
