"""Lets shoppers sign in with their Google account."""

__version__ = "0.1.0"
