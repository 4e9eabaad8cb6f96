"""What is done with reviews: written, read by staff, counted, voted on, asked for."""
