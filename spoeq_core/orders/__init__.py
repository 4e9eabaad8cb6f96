"""Orders, their states, payments and shipments."""
