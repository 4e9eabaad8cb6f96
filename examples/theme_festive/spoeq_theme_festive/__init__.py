"""A child theme of SPOEQ's storefront, as an example."""

__version__ = "0.1.0"
