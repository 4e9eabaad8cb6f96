"""Delivery charges by zone (state and PIN prefix), weight and order value, free above a threshold."""

__version__ = "0.1.0"
