"""Pages and frequent questions that staff write in Markdown."""

__version__ = "0.1.0"
