"""The shapes in which the API and the pages show things."""
