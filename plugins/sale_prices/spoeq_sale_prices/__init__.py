"""Sales: lower prices by brand, category or product, with dates; the history of prices."""

__version__ = "0.1.0"
