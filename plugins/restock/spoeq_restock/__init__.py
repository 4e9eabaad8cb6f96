"""Back in stock: shoppers ask at a sold-out product, and get one mail when it can be bought again."""

__version__ = "0.1.0"
