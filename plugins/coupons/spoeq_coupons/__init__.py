"""Coupon codes that the buyer enters: percent, fixed amount or free delivery, with limits, dates and a minimum."""

__version__ = "0.1.0"
