"""Pages of shoppers: reading reviews, writing one, one's own; all of them work without a script."""

from spoeq_reviews.pages import mine, reading, writing
from spoeq_reviews.pages.routes import blueprint

__all__ = ["blueprint", "mine", "reading", "writing"]
