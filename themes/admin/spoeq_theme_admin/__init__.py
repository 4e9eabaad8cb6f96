"""The staff's pages of SPOEQ: orders, products, plugins and settings."""

__version__ = "0.1.0"
