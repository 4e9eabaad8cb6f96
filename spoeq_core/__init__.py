"""SPOEQ: a shop that is a small core plus plugins. The distribution is `spoeq`; plugins import `spoeq_core.sdk`."""

__version__ = "0.1.0"
