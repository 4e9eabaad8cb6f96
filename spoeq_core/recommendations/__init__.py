"""What to show beside a product or a cart: by the recommender of a plugin where there is one, else by category."""
