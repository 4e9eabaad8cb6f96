"""Messages to shoppers about what happened."""
