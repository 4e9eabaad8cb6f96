"""Kills of the shop's own processes in the middle of its work."""
