"""Coupon codes that the buyer enters: percent, fixed amount or free shipping, with limits, dates, a minimum and a rule for combining."""

__version__ = "0.1.0"
