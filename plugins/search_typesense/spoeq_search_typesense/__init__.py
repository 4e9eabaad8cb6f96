"""Full-text search for shops on several hosts, from an index on a Typesense server that the operator runs."""

__version__ = "0.1.0"
