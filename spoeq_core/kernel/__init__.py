"""Shared parts: what every room stands on."""
