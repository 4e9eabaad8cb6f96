"""Coupon codes and promotions without one: percent, amount, steps, free pieces, free delivery; limits and dates."""

__version__ = "0.1.0"
