"""Reviews: stars, words and photos of shoppers, verified by their orders, read by staff first."""

__version__ = "0.1.0"
