"""Splitting a whole amount into parts that always sum to it, by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence

from spoeq_core.kernel.money import InvalidAmount, whole_amount


def allocate(amount: int, over: Sequence[int]) -> list[int]:
    """What each line gets of a discount or refund, in proportion to what it can still bear, and never more.

    The parts sum to the amount, or to all that the lines can bear if that is less. A line of zero gets zero, and a
    tie goes to the earlier line. `allocate(300, [4300, 1400, 2300])` is `[161, 53, 86]`.

    Args:
        amount: Minor units to split; the parts have its sign.
        over: What each line can bear, in minor units, none below zero.

    Raises:
        InvalidAmount: If something is not an integer, or a line bears less than nothing.
    """
    bearable = sum(_weights(over))
    whole_amount(amount, "The amount to allocate")
    return _split(max(-bearable, min(amount, bearable)), over, bearable)


def apportion(amount: int, weights: Sequence[int]) -> list[int]:
    """Splits all of the amount in proportion to the weights, without a cap; all to the first if none weighs anything.

    Used for what must all be placed, such as shipping over the tax rates of the goods. Ties go to the earlier.

    Args:
        amount: Minor units to split; the parts have its sign.
        weights: Integers, none below zero.

    Raises:
        InvalidAmount: If something is not an integer, a weight is negative, or there is nowhere to place the amount.
    """
    total = sum(_weights(weights))
    whole_amount(amount, "The amount to apportion")
    if total:
        return _split(amount, weights, total)
    if weights:
        return [amount, *[0] * (len(weights) - 1)]
    if amount:
        raise InvalidAmount(f"{amount} cannot be apportioned over nothing.", hint="Give at least one weight.")
    return []


def _weights(weights: Sequence[int]) -> Sequence[int]:
    for weight in weights:
        if type(weight) is not int or weight < 0:
            raise InvalidAmount(f"A weight is {weight!r}.", hint="Give integers of zero or more.")
    return weights


def _split(amount: int, weights: Sequence[int], total: int) -> list[int]:
    if not amount:
        return [0] * len(weights)
    size, sign = abs(amount), 1 if amount > 0 else -1
    parts = [size * weight // total for weight in weights]
    # What is left over is less than the number of non-zero remainders, so a line of zero is never reached. The sort
    # is stable, also in reverse: of equal remainders the earlier comes first.
    left = size - sum(parts)
    remainders = [size * weight % total for weight in weights] if left else []
    for place in sorted(range(len(remainders)), key=remainders.__getitem__, reverse=True)[:left]:
        parts[place] += 1
    return parts if sign > 0 else [-part for part in parts]
