"""Tax: each component rounded by itself, on the discounted total of each line and on shares of the charges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm

from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.kernel.money import round_ratio, whole_amount
from spoeq_core.pricing.model.allocation import apportion


class InvalidTax(SpoeqError):
    """Tax rates that cannot be applied; the checkout is refused rather than sold at a wrong price."""

    code = "invalid_tax"


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One component of tax, such as CGST at 9: `rate` in percent."""

    name: str
    rate: Decimal


Rates = tuple[TaxRate, ...]


@dataclass(frozen=True, slots=True)
class TaxAnswer:
    """What the tax plugin answers: the component rates of every line by its id, `()` for an exempt line.

    `charge_rates` are those of shipping and fees; None has them follow the goods, in proportion.
    """

    line_rates: Mapping[str, Rates]
    charge_rates: Rates | None = None


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """One component of tax as it was computed, in minor units."""

    name: str
    rate: Decimal
    amount: int


@dataclass(frozen=True, slots=True)
class TaxShare:
    """The part of a charge that follows one set of rates; `taxable` is the value without tax."""

    amount: int
    taxable: int
    taxes: tuple[TaxAmount, ...]


def tax_included(gross: int, rates: Sequence[Decimal]) -> list[int]:
    """The tax that a price contains, one component a rate: `round(gross × rate / (100 + Σ rates))`.

    Half away from zero, each component by itself, so equal rates give equal amounts; what is taxable is the gross
    less all components (CGST Rules, rule 35). `tax_included(99900, [Decimal("2.5")] * 2)` is `[2379, 2379]`.

    Args:
        gross: Minor units, tax included.
        rates: Percentages, none below zero.

    Raises:
        InvalidTax: If a rate is not a finite Decimal of zero or more.
        InvalidAmount: If the gross is not an integer.
    """
    whole_amount(gross, "The gross amount")
    scaled, scale = _scaled(rates)
    whole = 100 * scale + sum(scaled)
    return [round_ratio(gross * rate, whole) for rate in scaled]


def tax_added(net: int, rates: Sequence[Decimal]) -> list[int]:
    """The tax that comes on top of a price, one component a rate: `round(net × rate / 100)`, half away from zero.

    Args:
        net: Minor units, without tax.
        rates: Percentages, none below zero.

    Raises:
        InvalidTax: If a rate is not a finite Decimal of zero or more.
        InvalidAmount: If the net is not an integer.
    """
    whole_amount(net, "The net amount")
    scaled, scale = _scaled(rates)
    return [round_ratio(net * rate, 100 * scale) for rate in scaled]


def taxed(amount: int, rates: Rates, *, inclusive: bool) -> TaxShare:
    """The amount with its tax: contained in it (`inclusive`) or added to it."""
    compute = tax_included if inclusive else tax_added
    amounts = compute(amount, [rate.rate for rate in rates])
    taxes = tuple(TaxAmount(rate.name, rate.rate, tax) for rate, tax in zip(rates, amounts, strict=True))
    return TaxShare(amount, amount - sum(amounts) if inclusive else amount, taxes)


def charge_shares(amount: int, goods: Mapping[Rates, int], *, inclusive: bool) -> tuple[TaxShare, ...]:
    """A charge split over the rates of the goods and taxed with them (India: composite supply).

    Args:
        amount: The charge, in minor units.
        goods: What the goods of each set of rates weigh, see `goods_by_rates`.
        inclusive: Whether the charge contains its tax.
    """
    if not goods:
        return (taxed(amount, (), inclusive=inclusive),)
    parts = apportion(amount, list(goods.values()))
    shares = zip(goods, parts, strict=True)
    return tuple(taxed(part, rates, inclusive=inclusive) for rates, part in shares if part)


def goods_by_rates(lines: Iterable[tuple[Rates, int, int]]) -> dict[Rates, int]:
    """How much of the goods each set of rates covers, by discounted totals; by list totals if those are all zero.

    Args:
        lines: For each line its rates, its discounted total and its total before discounts.
    """
    sums: dict[Rates, list[int]] = {}
    for rates, total, subtotal in lines:
        weights = sums.setdefault(rates, [0, 0])
        weights[0] += total
        weights[1] += subtotal
    by = 0 if any(total for total, _ in sums.values()) else 1
    return {rates: weights[by] for rates, weights in sums.items()}


def merged_taxes(shares: Iterable[TaxShare]) -> tuple[TaxAmount, ...]:
    """The components of all shares, summed by name and rate, in the order in which they first come."""
    sums: dict[tuple[str, Decimal], int] = {}
    for share in shares:
        for tax in share.taxes:
            sums[tax.name, tax.rate] = sums.get((tax.name, tax.rate), 0) + tax.amount
    return tuple(TaxAmount(name, rate, amount) for (name, rate), amount in sums.items())


def check_rates(answer: object, line_ids: Sequence[str], plugin: str) -> Mapping[str, Rates]:
    """The rates of exactly these lines.

    Raises:
        InvalidTax: If lines are missing or unknown, or a rate is of the wrong type, negative, or comes twice.
    """
    if not isinstance(answer, TaxAnswer) or not isinstance(answer.line_rates, Mapping):
        raise InvalidTax(f"Plugin {plugin!r} answered {answer!r} for tax.", hint="Return a TaxAnswer or None.")
    if odd := set(answer.line_rates) ^ set(line_ids):
        raise InvalidTax(
            f"Plugin {plugin!r} left out lines or made them up: {sorted(map(str, odd))}.",
            hint="Answer for every line of the cart, with () for an exempt one.",
        )
    for rates in {id(rates): rates for rates in (*answer.line_rates.values(), answer.charge_rates or ())}.values():
        _check_components(rates, plugin)
    return answer.line_rates


def _check_components(rates: object, plugin: str) -> None:
    if not isinstance(rates, tuple) or not all(isinstance(r, TaxRate) and isinstance(r.name, str) for r in rates):
        raise InvalidTax(f"Plugin {plugin!r} answered the rates {rates!r}.", hint="Return a tuple of TaxRate a line.")
    if len({rate.name for rate in rates}) < len(rates):
        raise InvalidTax(f"Plugin {plugin!r} names a component twice: {rates!r}.", hint="Name each component once.")
    _scaled([rate.rate for rate in rates])


def _scaled(rates: Sequence[object]) -> tuple[list[int], int]:
    """The rates as integers over one common scale, so that no digit is ever lost."""
    ratios = []
    for rate in rates:
        if not isinstance(rate, Decimal) or not rate.is_finite() or rate < 0:
            raise InvalidTax(f"A tax rate is {rate!r}.", hint="Give a Decimal percentage of zero or more.")
        ratios.append(rate.as_integer_ratio())
    scale = lcm(*(denominator for _, denominator in ratios))
    return [numerator * (scale // denominator) for numerator, denominator in ratios], scale
