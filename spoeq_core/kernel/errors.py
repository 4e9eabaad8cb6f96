"""Errors that say what happened, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class SpoeqError(Exception):
    """Base of all errors of this project.

    Args:
        message: What happened, and where.
        hint: What to do next.
        code: Stable machine-readable name; the class's own by default.
        extra: Members that a problem document carries beside the standard ones.
    """

    code = "error"

    def __init__(
        self, message: str, *, hint: str = "", code: str | None = None, extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.code
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that was refused: dotted path, sentence for people, stable code."""

    field: str
    message: str
    code: str = "invalid"


class ConfigurationError(SpoeqError):
    """The shop cannot start as it is configured."""

    code = "configuration"


class Malformed(SpoeqError):
    """The request could not be read at all (HTTP 400)."""

    code = "malformed"


class Unauthenticated(SpoeqError):
    """Nobody is signed in, or the credentials are wrong (HTTP 401)."""

    code = "unauthenticated"


class Forbidden(SpoeqError):
    """Whoever asks may not do this (HTTP 403)."""

    code = "forbidden"


class NotFound(SpoeqError):
    """There is no such thing, or not for whoever asks (HTTP 404)."""

    code = "not_found"


class Conflict(SpoeqError):
    """The state of the shop forbids it (HTTP 409)."""

    code = "conflict"


class StaleAggregate(Conflict):
    """Somebody else changed the document since it was read."""

    code = "stale"


class TooLarge(SpoeqError):
    """The request is larger than allowed (HTTP 413)."""

    code = "too_large"


class Invalid(SpoeqError):
    """Input that was understood and refused (HTTP 422), field by field where it can be said."""

    code = "validation"

    def __init__(
        self,
        message: str,
        *,
        errors: Sequence[FieldError] = (),
        hint: str = "",
        code: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code, extra=extra)
        self.errors = tuple(errors)

    @classmethod
    def field(cls, field: str, message: str, code: str = "invalid") -> Invalid:
        """An error about a single field."""
        return cls(message, errors=[FieldError(field, message, code)])


class TooManyRequests(SpoeqError):
    """A rate limit was reached (HTTP 429)."""

    code = "too_many_requests"

    def __init__(self, message: str, *, retry_after: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Unavailable(SpoeqError):
    """Something the request depends on is down or failed (HTTP 503)."""

    code = "unavailable"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None, retry_after: int = 5) -> None:
        super().__init__(message, hint=hint, code=code)
        self.retry_after = retry_after
