"""Customer segments: chosen by hand, or by what customers have bought."""

__version__ = "0.1.0"
