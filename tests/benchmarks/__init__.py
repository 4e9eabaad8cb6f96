"""How fast a shop is, and what it costs: `nox -s bench`. docs/performance.md tells how to read it."""
