"""The law as pure rules: dates, places of supply, rates, and the answer for a cart."""

from spoeq_gst.model.answers import Taxation, answer, rechecked
from spoeq_gst.model.dates import financial_year, indian_date
from spoeq_gst.model.places import ABROAD, Place, components, place_of_supply
from spoeq_gst.model.rates import Band, Found, RateRow, RateTable, between, free_id

__all__ = [
    "ABROAD",
    "Band",
    "Found",
    "Place",
    "RateRow",
    "RateTable",
    "Taxation",
    "answer",
    "between",
    "components",
    "financial_year",
    "free_id",
    "indian_date",
    "place_of_supply",
    "rechecked",
]
