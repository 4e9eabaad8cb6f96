"""A believable shop to try SPOEQ with: products, drawn pictures, accounts and the commands spoeq demo and spoeq seed."""

__version__ = "0.1.0"
