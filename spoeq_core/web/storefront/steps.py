"""The checkout without a script, section by section: what is saved folds, what is wrong stays open and says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from spoeq_core.checkout.service import Quote
from spoeq_core.identity.addresses import parse_address, parse_email
from spoeq_core.identity.model import Address
from spoeq_core.identity.places import place_of
from spoeq_core.kernel.errors import FieldError, Invalid

STEPS: Mapping[str, tuple[str, ...]] = {
    "contact": ("phone", "email"),
    "address": ("name", "postal_code", "city", "state", "line1", "line2", "landmark", "country", "gstin"),
    "delivery": ("shipping_method",),
    "payment": ("payment_method",),
}
"""The sections in the order of the page, and the fields of each."""
REVIEW = "review"
ADDRESS_FIELDS = ("phone", *STEPS["address"])
PAGE_ORDER = tuple(chain.from_iterable(STEPS.values()))


@dataclass(frozen=True, slots=True)
class Steps:
    """Where the shopper is.

    Attributes:
        done: Sections that are saved and hold: they are folded.
        at: The section to go on with, `review` after the last; empty where nobody walks by sections.
    """

    done: tuple[str, ...] = ()
    at: str = ""


def wanted_steps(form: Mapping[str, str]) -> tuple[str, ...]:
    """The sections that are to be saved: those that were, and the one whose button was pressed.

    `save.<section>` is that section's button; `save`, which Enter in a field sends, is the first open section.
    """
    saved = set(form.get("saved", "").split())
    action, _, pressed = form.get("action", "").partition(".")
    if action == "save":
        saved.add(pressed or next((step for step in STEPS if step not in saved), ""))
    return tuple(step for step in STEPS if step in saved)


def walk(wanted: Sequence[str], errors: Sequence[FieldError]) -> tuple[Steps, list[FieldError]]:
    """Where the shopper is after saving, and the errors of what was to be saved; others are not filled in yet."""
    told = [error for error in errors if step_of(error.field) in wanted]
    wrong = {step_of(error.field) for error in told}
    done = tuple(step for step in wanted if step not in wrong)
    going_on = next((step for step in STEPS if step not in done), REVIEW)
    return Steps(done, going_on if wanted else ""), told


def after_refusal(wanted: Sequence[str], errors: Sequence[FieldError]) -> Steps:
    """Where the shopper is after the order was refused: whatever may hold a wrong field is open."""
    if any(error.field and not step_of(error.field) for error in errors):
        return Steps()
    wrong = {step_of(error.field) for error in errors}
    return Steps(tuple(step for step in wanted if step not in wrong))


def step_of(field: str) -> str:
    """The section of a field; empty for one that no section of the core has."""
    return next((step for step, fields in STEPS.items() if field in fields), "")


def chosen_wrong(quoted: Quote) -> list[FieldError]:
    """What is missing or wrong in the choices of delivery and payment."""
    return [
        FieldError(problem.field, problem.message, problem.code)
        for problem in quoted.problems
        if problem.field in {"shipping_method", "payment_method"}
    ]


def in_page_order(errors: Sequence[FieldError]) -> list[FieldError]:
    """The errors as their fields stand on the page, what concerns no field first."""
    return sorted(errors, key=lambda error: PAGE_ORDER.index(error.field) if error.field in PAGE_ORDER else -1)


def typed_address(values: Mapping[str, str], errors: list[FieldError]) -> Address | None:
    """The address that was typed; none where something is wrong, which is added to the errors."""
    try:
        return parse_address(
            {name: values.get(name, "") or ("IN" if name == "country" else "") for name in ADDRESS_FIELDS}
        )
    except Invalid as error:
        errors.extend(error.errors)
        return None


def typed_email(values: Mapping[str, str], errors: list[FieldError]) -> str:
    """The e-mail address that was typed; empty where it is wrong, which is added to the errors."""
    try:
        return parse_email(values.get("email", ""))
    except Invalid as error:
        errors.extend(error.errors)
        return ""


def rough_address(values: Mapping[str, str]) -> Address | None:
    """Enough to price the delivery while the rest is still being typed: the PIN code, and the state that it names."""
    place = place_of(values.get("postal_code", ""))
    state = values.get("state") or (place.state if place else "")
    if not state or not values.get("postal_code"):
        return None
    return Address(
        name=values.get("name", ""),
        phone="",
        line1="",
        city=values.get("city", ""),
        state=state,
        postal_code=values["postal_code"].replace(" ", ""),
        country=values.get("country") or "IN",
    )
