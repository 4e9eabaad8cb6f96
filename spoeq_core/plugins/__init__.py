"""How plugins come and go: discovery, lifecycle, configuration."""
