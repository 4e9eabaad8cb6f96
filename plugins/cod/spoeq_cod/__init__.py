"""Cash on delivery as a way to pay."""

__version__ = "0.1.0"
