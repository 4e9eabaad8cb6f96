"""Engraving: shoppers write a few words that are engraved on a product, at a price of its own."""

__version__ = "0.1.0"
