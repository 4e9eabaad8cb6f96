"""Stock: what is on hand, what is reserved, and every movement of it."""
