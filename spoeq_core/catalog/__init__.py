"""Products, variants, categories and brands."""
