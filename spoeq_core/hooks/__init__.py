"""What plugins may answer: one spec module a question family."""
