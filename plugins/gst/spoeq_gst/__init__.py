"""India's goods and services tax: rates by HSN code, date and price, and who is owed them."""

__version__ = "0.1.0"
