"""Shipping methods: what plugins offer for a cart and an address."""
