"""Full-text search: words in any script, typos, synonyms, units and facets, from an index on the shop's own disk."""

__version__ = "0.1.0"
