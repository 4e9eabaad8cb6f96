"""Why an order is refused, as errors with stable codes."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.checkout.model import CartChanged, Problem
from spoeq_core.checkout.quoting import Quote
from spoeq_core.inventory.model import OutOfStock
from spoeq_core.kernel.errors import FieldError, Invalid


def refuse(quote: Quote, expected_total: int) -> None:
    """Refuse what cannot be ordered as it was agreed to.

    Raises:
        Invalid: the cart is empty, or something is missing or not possible.
        HookError: a plugin failed, so nobody knows the total.
        OutOfStock: less is left than the cart wants.
        CartChanged: the total is another one than the shopper saw.
    """
    if not quote.contents.cart.lines:
        raise cart_is_empty()
    if quote.unpriced is not None:
        raise quote.unpriced
    if short := quote.contents.short():
        raise OutOfStock(short)
    if quote.problems:
        raise refused(quote.problems)
    if quote.total != expected_total:
        raise CartChanged(quote)


def refused(problems: Sequence[Problem]) -> Invalid:
    """The problems as one error, named after the first."""
    errors = [FieldError(problem.field, problem.message, problem.code) for problem in problems if problem.field]
    return Invalid(problems[0].message, errors=errors, code=problems[0].code)


def cart_is_empty() -> Invalid:
    """There is nothing to order."""
    return Invalid("Your cart is empty.", hint="Put something into it first.", code="cart_empty")
