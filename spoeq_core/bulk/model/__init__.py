"""What a file of products says, and what it would change: decisions without a database."""
