"""A believable shop to try SPOEQ with: products, drawn pictures, accounts, the commands spoeq demo and seed."""

__version__ = "0.1.0"
