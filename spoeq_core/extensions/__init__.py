"""Extension data: the fields that plugins add to products, variants, cart lines, orders and customers."""
