"""A payment gateway and a carrier that only pretend."""

__version__ = "0.1.0"
