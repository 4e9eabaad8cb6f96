"""Finding products: by the search engine of a plugin where there is one, else in the database."""
