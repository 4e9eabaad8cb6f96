"""Customers, staff, sessions, tokens and permissions."""
