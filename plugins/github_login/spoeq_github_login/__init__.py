"""Lets shoppers sign in with their GitHub account."""

__version__ = "0.1.0"
