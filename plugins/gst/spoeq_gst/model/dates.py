"""Days and years as tax law counts them: in India's time, from 1 April to 31 March."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

INDIA = ZoneInfo("Asia/Kolkata")
APRIL = 4


def indian_date(at: datetime) -> date:
    """The day in India at that moment, wherever the shop's own clock stands."""
    return at.astimezone(INDIA).date()


def financial_year(day: date) -> str:
    """The financial year of a day, as in `2026-27` for 1 April 2026 to 31 March 2027."""
    first = day.year if day.month >= APRIL else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"
