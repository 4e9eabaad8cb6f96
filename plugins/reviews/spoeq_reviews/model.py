"""A review, the states it goes through, and what its words may be."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from spoeq_core.sdk import FieldError, Image, Invalid, message, normalise_email

STARS: Final = (1, 2, 3, 4, 5)
LONGEST_TITLE: Final = 120
LONGEST_BODY: Final = 5000
LONGEST_REPLY: Final = 2000
MOST_PHOTOS: Final = 5
PER_PAGE: Final = 10
LEASE: Final = timedelta(minutes=2)
"""How long a worker that claimed an invitation may take to send it."""
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LINES = re.compile(r"\n{3,}")
_INVISIBLE = frozenset({"Cc", "Cs", "Co"})
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the direction of what follows them, of other people's text too."""


class State(StrEnum):
    """Where a review is. A deleted one stays until the product has been counted without it."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    DELETED = "deleted"


class Reason(StrEnum):
    """Why a review is not shown, or should not be."""

    OFFENSIVE = "offensive"
    SPAM = "spam"
    OFF_TOPIC = "off_topic"
    PERSONAL = "personal"
    OTHER = "other"


class Order(StrEnum):
    """In which order reviews are listed."""

    HELPFUL = "helpful"
    NEWEST = "newest"
    HIGHEST = "highest"
    LOWEST = "lowest"


REASONS: Final[Mapping[Reason, str]] = {
    Reason.OFFENSIVE: message("It insults or threatens somebody"),
    Reason.SPAM: message("It is advertising, or not genuine"),
    Reason.OFF_TOPIC: message("It is not about the product"),
    Reason.PERSONAL: message("It tells personal details of somebody"),
    Reason.OTHER: message("Something else"),
}
ORDERS: Final[Mapping[Order, str]] = {
    Order.HELPFUL: message("Most helpful"),
    Order.NEWEST: message("Newest"),
    Order.HIGHEST: message("Highest rating"),
    Order.LOWEST: message("Lowest rating"),
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes: a customer, or whoever holds the link of a guest's order.

    Attributes:
        key: What stands for them in ids; of a guest a digest of the address.
        customer_id: Empty for a guest.
        name: In full, as their account or order has it.
        order_id: The order whose link they came with, if they are a guest.
    """

    key: str
    customer_id: str
    name: str
    email: str
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody says of a product."""

    rating: int
    title: str
    body: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the shop answered."""

    body: str
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a product.

    Attributes:
        id: Of product and author, so that each reviews a product once.
        author: Key of who wrote it; empty once they were erased.
        customer_id: Their account; empty for guests.
        order_id: The order that verifies it, if one does.
        name: As shown: first name and initial.
        language: In which the page was that it was written on; empty if that is not known.
        reason: Why it is not shown.
        helpful: How many found it helpful; kept beside the version, as `reports` is.
        reports: How many think that it should not be shown, since staff looked last.
        reported_as: Why, and how many said so.
        published_at: When it was first shown.
    """

    id: str
    product_id: str
    author: str
    customer_id: str
    name: str
    rating: int
    title: str
    body: str
    state: State
    created_at: datetime
    language: str = ""
    verified: bool = False
    order_id: str = ""
    photos: tuple[Image, ...] = ()
    reason: str = ""
    reply: Reply | None = None
    helpful: int = 0
    reports: int = 0
    reported_as: Mapping[str, int] = field(default_factory=dict)
    edited_at: datetime | None = None
    published_at: datetime | None = None
    version: int = 1

    @property
    def is_shown(self) -> bool:
        """Whether everybody sees it."""
        return self.state is State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Invitation:
    """That a buyer is to be asked how it was; `id` is the order's.

    Attributes:
        due: From when on, UTC.
        claimed_until: Until when the worker that claimed it sends, UTC.
        done_at: When it was sent or found to be needless.
        expires_at: When it is forgotten.
    """

    id: str
    due: datetime
    claimed_until: datetime
    expires_at: datetime
    done_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Filter:
    """Which reviews a list has.

    Attributes:
        stars: Of so many stars only; 0 is all.
        reported: Only shown ones that somebody reported.
        q: Part of the title, the text or the name.
    """

    product_id: str = ""
    state: State | None = None
    author: str = ""
    stars: int = 0
    reported: bool = False
    q: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list of reviews."""

    items: tuple[Review, ...]
    total: int
    page: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many there are, one at least."""
        return max(1, -(-self.total // self.per_page))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form or a program sent: words, photos to add (files) and ids of photos to take away."""

    words: Words
    photos: tuple[bytes, ...] = ()
    without: frozenset[str] = field(default_factory=frozenset)


def review_id(product_id: str, author: str) -> str:
    """The id under which somebody reviews a product, written as a ULID: whoever tries twice meets their first one."""
    number = int.from_bytes(hashlib.sha256(f"{product_id}:{author}".encode()).digest()[:16])
    return "".join(_DIGITS[number >> shift & 31] for shift in range(125, -1, -5))


def guest_key(email: str) -> str:
    """What stands for a guest: the same for all spellings that reach one mailbox."""
    return f"guest:{hashlib.sha256(normalise_email(email).encode()).hexdigest()[:32]}"


def shown_name(name: str) -> str:
    """First name and initial of the last: "Asha Rao" is shown as "Asha R."."""
    parts = _tidy(name, lines=False).split()
    if not parts:
        return ""
    initial = parts[-1][0].upper()
    return f"{parts[0]} {initial}." if len(parts) > 1 else parts[0]


def checked(words: Words) -> Words:
    """The words, without what no reader sees.

    Raises:
        Invalid: there are no stars, no title or no text, or too much of them; all of it is named.
    """
    tidy = Words(words.rating, _tidy(words.title, lines=False), _tidy(words.body), words.language)
    errors = [
        *([] if tidy.rating in STARS else [FieldError("rating", message("Choose one to five stars."), "range")]),
        *_length("title", tidy.title, LONGEST_TITLE, message("Sum it up in a few words.")),
        *_length("body", tidy.body, LONGEST_BODY, message("Write what you think of it.")),
    ]
    if errors:
        raise Invalid("The review is not complete.", errors=errors)
    return tidy


def checked_reply(body: str) -> str:
    """The shop's answer; empty takes it away.

    Raises:
        Invalid: it is too long.
    """
    tidy = _tidy(body)
    if len(tidy) > LONGEST_REPLY:
        raise Invalid("The reply was not saved.", errors=_length("reply", tidy, LONGEST_REPLY, ""))
    return tidy


def first_state(*, verified: bool, rating: int, publish_from: int) -> State:
    """Whether a review waits for staff, as the merchant decided."""
    at_once = verified and publish_from and rating >= publish_from
    return State.PUBLISHED if at_once else State.PENDING


def _length(name: str, text: str, most: int, missing: str) -> list[FieldError]:
    if not text:
        return [FieldError(name, missing, "missing")]
    if len(text) <= most:
        return []
    words = message("This has %(n)s characters; at most %(most)s are kept.", n=len(text), most=most)
    return [FieldError(name, words, "too_long")]


def _tidy(text: str, *, lines: bool = True) -> str:
    """Composed, with one kind of line end, without control characters; with `lines` at most one empty line."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        char
        for char in composed
        if char == "\n" or (unicodedata.category(char) not in _INVISIBLE and char not in _BIDI)
    )
    if not lines:
        return " ".join(kept.split())
    return _LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()
