"""Reading requests: bodies, forms and query strings, with errors that name the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError
from quart import Response, request
from werkzeug.datastructures import MultiDict

from spoeq_core.kernel.errors import FieldError, Invalid, Malformed
from spoeq_core.kernel.messages import message
from spoeq_core.kernel.validation import field_errors
from spoeq_core.web.languages import translate

B = TypeVar("B", bound=BaseModel)
T = TypeVar("T")
LONGEST_NAME = 300


class Body(BaseModel):
    """Base of request bodies: unknown fields are refused, numbers are not guessed from text."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True, frozen=True)


async def read_body(model: type[B]) -> B:
    """The JSON body as a model.

    Raises:
        Malformed: the body is no JSON object.
        Invalid: a field is missing, unknown or wrong.
    """
    raw = cast(bytes, await request.get_data(as_text=False))
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Malformed(
            f"The body is not JSON: {error}.", hint="Send a JSON object with Content-Type: application/json."
        ) from None
    if not isinstance(found, dict):
        raise Malformed("The body is not a JSON object.", hint='Send an object, as in {"sku": "KUR-IND-M"}.')
    return parse(model, raw)


def parse(model: type[B], raw: bytes) -> B:
    """JSON text as a model, with field errors."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """A validation error of pydantic as ours."""
    return Invalid("Some fields are missing or wrong.", errors=field_errors(error))


class Form:
    """A submitted HTML form: text values, stripped; NUL bytes removed."""

    def __init__(self, values: MultiDict[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        return self._values.get(name, default).replace("\0", "").strip()

    def texts(self, name: str) -> list[str]:
        """All values of that name."""
        return [value.replace("\0", "").strip() for value in self._values.getlist(name)]

    def names(self, name: str) -> list[str]:
        """What was typed in one field, separated by commas, spaces or lines, each once."""
        return split_names(self.text(name))

    def flag(self, name: str) -> bool:
        """Whether a checkbox was ticked."""
        return self.text(name) not in {"", "0", "false", "off"}

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number.

        Raises:
            Invalid: it is none.
        """
        text = self.text(name)
        if not text and default is not None:
            return default
        if not text.removeprefix("-").isdecimal() or len(text) > 18:  # noqa: PLR2004 - beyond what the database holds
            raise Invalid.field(name, "Enter a whole number.", "int_parsing")
        return int(text)

    def as_dict(self) -> dict[str, str]:
        """The first value of each name."""
        return {name: self.text(name) for name in self._values}

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values


class Faults:
    """What is wrong in a form, collected while its fields are read, so that all of it is told at once."""

    def __init__(self) -> None:
        self._by_field: dict[str, FieldError] = {}

    def __bool__(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._by_field)

    def of(self, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives; where it is refused its errors are kept, and it is `otherwise`."""
        try:
            return read()
        except Invalid as error:
            if not error.errors:
                raise
            self.add(error.errors)
            return otherwise

    def add(self, errors: Iterable[FieldError]) -> None:
        """Keep errors; of each field the first counts."""
        for error in errors:
            self._by_field.setdefault(error.field, error)

    def raise_if_any(self) -> None:
        """Refuse the form.

        Raises:
            Invalid: with an error for each field that is wrong.
        """
        if self._by_field:
            raise Invalid("Some fields are missing or wrong.", errors=list(self._by_field.values()))


def split_names(text: str) -> list[str]:
    """Names separated by commas, spaces or lines, each once; a long one is cut, and found nowhere."""
    return list(dict.fromkeys(word[:LONGEST_NAME] for word in re.split(r"[\s,]+", text) if word))


async def read_form() -> Form:
    """The submitted form."""
    return Form(await request.form)


def form_state(values: Mapping[str, Any] | None = None, errors: Sequence[FieldError] = ()) -> dict[str, Any]:
    """What a template needs to show a form again: values kept, errors by field, a summary."""
    by_field: dict[str, str] = {}
    for error in errors:
        by_field.setdefault(error.field, translate(error.message))
    summary = [{"field": field, "message": message} for field, message in by_field.items()]
    return {"values": dict(values or {}), "errors": by_field, "summary": summary}


def query_int(name: str, default: int, *, minimum: int = 0, maximum: int = 10**15) -> int:
    """A whole number of the query string.

    Raises:
        Invalid: it is none, or out of range.
    """
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not text.removeprefix("-").isdecimal() or len(text) > 18:  # noqa: PLR2004 - beyond what the database holds
        raise Invalid.field(name, message("%(name)s must be a whole number.", name=name), "int_parsing")
    value = int(text)
    if not minimum <= value <= maximum:
        raise Invalid.field(
            name,
            message("%(name)s must be from %(minimum)s to %(most)s.", name=name, minimum=minimum, most=maximum),
            "out_of_range",
        )
    return value


def query_text(name: str, default: str = "", *, longest: int = 300) -> str:
    """Text of the query string, stripped, without NUL bytes, cut at `longest`."""
    return request.args.get(name, default).replace("\0", "").strip()[:longest]


def query_flag(name: str) -> bool:
    """A yes or no of the query string: 1, true, yes."""
    return request.args.get(name, "").lower() in {"1", "true", "yes", "on"}


def json_response(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    body = orjson.dumps(value, default=_encode, option=orjson.OPT_UTC_Z)
    return Response(body, status=status, headers=dict(headers or {}), content_type="application/json")


def _encode(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def stable_json(value: Any) -> str:
    """JSON with sorted keys: the same text for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
