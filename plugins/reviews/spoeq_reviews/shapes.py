"""What the API takes and answers of reviews, as its OpenAPI document describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StrictStr

from spoeq_core.sdk import Body, Shape
from spoeq_reviews.model import LONGEST_REPLY, Reason, State

Text = Annotated[StrictStr, Field(max_length=20_000)]
Status = Literal["pending", "published", "rejected"]


class ReviewBody(Body):
    """A review. Stars from 1 to 5; a title of up to 120 characters, a text of up to 5000."""

    rating: StrictInt
    title: Text
    body: Text


class ReviewChange(Body):
    """Changes to one's review: what is left out stays."""

    rating: StrictInt | None = None
    title: Text | None = None
    body: Text | None = None


class ModerationBody(Body):
    """What staff decide, with the reason of a refusal; `reply` is shown below the review, an empty one goes."""

    status: Literal["published", "rejected"]
    reason: Reason | None = None
    reply: Annotated[StrictStr, Field(max_length=LONGEST_REPLY)] | None = None


class ReportBody(Body):
    """Why a review should not be shown."""

    reason: Reason


class SourceShape(Shape):
    """A picture in another type."""

    type: str
    srcset: str


class PhotoShape(Shape):
    """A photo; `full` is the address of the largest file."""

    id: str
    src: str
    srcset: str
    alt: str
    width: int
    height: int
    sources: list[SourceShape]
    full: str


class ReplyShape(Shape):
    """What the shop answered."""

    body: str
    at: datetime


class ReviewShape(Shape):
    """A review. `author` is null once they were erased; what follows `edited_at` is for its author and staff."""

    id: str
    product_id: str
    author: str | None
    rating: int
    title: str
    body: str
    language: str | None
    verified: bool
    photos: list[PhotoShape]
    helpful: int
    reply: ReplyShape | None
    created_at: datetime
    edited_at: datetime | None
    status: State | None = None
    reason: str | None = None
    version: int | None = None
    customer_id: str | None = None
    reports: int | None = None
    reported_as: dict[str, int] | None = None


class ReviewList(Shape):
    """A page of reviews."""

    items: list[ReviewShape]
    total: int
    page: int
    per_page: int


class HelpfulShape(Shape):
    """How many found a review helpful."""

    id: str
    helpful: int


class ReportedShape(Shape):
    """A report that is noted."""

    id: str
    status: Literal["reported"]
