"""The HTTP edge: pages, the JSON API and the admin."""
