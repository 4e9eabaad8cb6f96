"""Staff pages: the pages of the shop and its frequent questions."""

from spoeq_pages.admin import pages, questions
from spoeq_pages.admin.routes import PAGES, PERMISSION, QUESTIONS, blueprint

__all__ = ["PAGES", "PERMISSION", "QUESTIONS", "blueprint", "pages", "questions"]
