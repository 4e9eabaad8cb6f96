"""Pages and questions, and what staff may enter for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from spoeq_core.sdk import message

LONGEST_TITLE: Final = 150
LONGEST_SLUG: Final = 80
LONGEST_DESCRIPTION: Final = 300
LONGEST_BODY: Final = 100_000
LONGEST_TOPIC: Final = 60
LONGEST_QUESTION: Final = 200
LONGEST_ANSWER: Final = 10_000
LAST_POSITION: Final = 999
MOST_FORMER: Final = 20
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Place(Enum):
    """Where a published page is linked."""

    NONE = ""
    HELP = "help"
    COMPANY = "company"
    LEGAL = "legal"


PLACES: Final[Mapping[Place, str]] = {
    Place.NONE: message("Nowhere; I link to it myself"),
    Place.HELP: message("Help: in the footer and on the help page"),
    Place.COMPANY: message("About us: in the footer, under the shop’s name"),
    Place.LEGAL: message("The last line of the footer"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of text at `/pages/<slug>`.

    Attributes:
        body: Markdown.
        description: For search engines; without one the beginning of the text.
        position: Among the links of its place, lower ones first.
        former: Slugs that it had; they lead here.
    """

    id: str
    slug: str
    title: str
    body: str = ""
    description: str = ""
    place: Place = Place.NONE
    position: int = 50
    published: bool = False
    former: tuple[str, ...] = ()
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A frequent question of the help page, under a topic; the answer is Markdown."""

    id: str
    topic: str
    question: str
    answer: str = ""
    position: int = 50
    published: bool = False
    version: int = 1
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """That something was done once and is not to be done again; `id` says what."""

    id: str
    at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A published page as menus name it."""

    slug: str
    title: str
    place: Place
    position: int = 50
    updated_at: datetime | None = None

    @property
    def url(self) -> str:
        """Its path."""
        return f"/pages/{self.slug}"


@dataclass(frozen=True, slots=True)
class Topic:
    """The questions of a topic, in order."""

    name: str
    anchor: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a field was refused."""

    field: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What staff entered for a page."""

    title: str
    slug: str
    body: str = ""
    description: str = ""
    place: Place = Place.NONE
    position: int = 50
    published: bool = False


@dataclass(frozen=True, slots=True)
class Refusals:
    """Collects refusals field by field."""

    found: list[Refusal] = field(default_factory=list)

    def text(self, name: str, value: str, longest: int, missing: str = "") -> None:
        """Refuse text that is missing (if there are words for that), too long, or holds what nobody types."""
        if missing and not value.strip():
            self.found.append(Refusal(name, missing, "missing"))
        elif len(value) > longest:
            said = message("At most %(most)s characters; these are %(n)s.", most=f"{longest:,}", n=f"{len(value):,}")
            self.found.append(Refusal(name, said, "too_long"))
        elif CONTROL.search(value):
            self.found.append(Refusal(name, "This holds control characters. Paste it as plain text.", "control"))

    def position(self, value: int) -> None:
        """Refuse a place in the order that is out of range."""
        if not 0 <= value <= LAST_POSITION:
            self.found.append(Refusal("position", message("From 0 to %(most)s.", most=LAST_POSITION), "range"))


def refusals_of_page(page: Page) -> list[Refusal]:
    """What is wrong with a page; a published one needs a text."""
    check = Refusals()
    check.text("title", page.title, LONGEST_TITLE, message("Enter a title."))
    if not SLUG.fullmatch(page.slug) or len(page.slug) > LONGEST_SLUG:
        said = message("Use small letters, digits and single hyphens, at most %(most)s characters.", most=LONGEST_SLUG)
        check.found.append(Refusal("slug", said, "pattern"))
    check.text(
        "body", page.body, LONGEST_BODY, message("Write the text before you publish it.") if page.published else ""
    )
    check.text("description", page.description, LONGEST_DESCRIPTION)
    check.position(page.position)
    return check.found


def refusals_of_question(question: Question) -> list[Refusal]:
    """What is wrong with a question; a published one needs an answer."""
    check = Refusals()
    check.text("topic", question.topic, LONGEST_TOPIC, message("Enter the topic it stands under."))
    check.text("question", question.question, LONGEST_QUESTION, message("Enter the question."))
    missing = message("Write the answer before you publish it.") if question.published else ""
    check.text("answer", question.answer, LONGEST_ANSWER, missing)
    check.position(question.position)
    return check.found


def with_former(former: Sequence[str], before: str, after: str) -> tuple[str, ...]:
    """The slugs that lead to a page which moves from one to another; its own is not among them."""
    kept = [slug for slug in former if slug not in {before, after}]
    return tuple([*kept, before] if before != after else kept)[-MOST_FORMER:]


def by_topic(questions: Iterable[Question]) -> list[Topic]:
    """Questions under their topics; a topic stands where its first question does."""
    grouped: dict[str, list[Question]] = {}
    for item in sorted(questions, key=lambda q: (q.position, q.question.casefold())):
        grouped.setdefault(item.topic, []).append(item)
    return [Topic(name, f"topic-{n}", tuple(group)) for n, (name, group) in enumerate(grouped.items(), start=1)]


def links_in(links: Iterable[Link], place: Place) -> list[Link]:
    """The links of a place, in order."""
    found = (link for link in links if link.place is place)
    return sorted(found, key=lambda link: (link.position, link.title.casefold()))
