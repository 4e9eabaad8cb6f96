"""The storefront of SPOEQ: what a shopper sees."""

__version__ = "0.1.0"
