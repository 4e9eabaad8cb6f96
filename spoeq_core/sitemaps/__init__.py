"""Which pages search engines shall find: built by the worker, kept as files, served by the web processes."""
