"""The demo shop's goods: believable Indian products of invented makers, and any number of made-up ones."""

from spoeq_demo.catalogue.big import big_catalogue
from spoeq_demo.catalogue.loader import load_catalogue
from spoeq_demo.catalogue.model import Catalogue, DemoBrand, DemoCategory, DemoProduct, DemoVariant

__all__ = [
    "Catalogue",
    "DemoBrand",
    "DemoCategory",
    "DemoProduct",
    "DemoVariant",
    "big_catalogue",
    "load_catalogue",
]
