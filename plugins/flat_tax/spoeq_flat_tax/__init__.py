"""Tax by a table of places and classes: VAT, sales tax, consumption tax, in prices or on top of them."""

__version__ = "0.1.0"
