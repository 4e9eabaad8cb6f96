"""Recommendations: what is bought together, what is similar, what was looked at, and why."""

__version__ = "0.1.0"
