"""Many products at once, as a CSV: what a file says, what it would change, changing it, and writing such a file."""
