"""From a cart to an order: quotes and idempotent placement."""
