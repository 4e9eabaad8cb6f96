"""Price hooks are pure: the same cart twice gives the same, nothing is changed, and order does not matter."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from spoeq_core.catalog.service import products_by_slugs
from spoeq_core.hooks import pricing as questions
from spoeq_core.hooks.caller import EachOwn, HookError, Hooks
from spoeq_core.kernel.errors import SpoeqError
from spoeq_core.pricing.model import Phase, PricedCart, PricingCart, PricingLine, State, apply, apply_tax, finish, start
from spoeq_core.testing.check.carts import carts
from spoeq_core.testing.check.contract import impls
from spoeq_core.testing.check.lab import SECOND, SKU, Bench, Lab
from spoeq_core.testing.check.model import Fault, Skipped, Unchecked
from spoeq_core.testing.check.moved import another_day
from spoeq_core.testing.check.subject import Subject

PRICE_HOOKS = ("pricing_facts", "price_adjustments", "tax_rates")
PHASES = (Phase.ITEM, Phase.ORDER, Phase.SHIPPING)
EXAMPLES = 25
PATIENCE = 30.0


class Broken(AssertionError):
    """A law of pricing that the plugin does not keep."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the plugin said of one cart, and the price that follows."""

    answers: tuple[tuple[Phase, tuple[Any, ...]], ...]
    tax: object
    priced: PricedCart


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """The laws, for carts that hypothesis makes."""
    if not set(PRICE_HOOKS) & set(impls(subject.installed.module)):
        raise Skipped("it has no say in prices")
    try:
        import hypothesis
    except ImportError:
        raise Unchecked("hypothesis is not installed (pip install hypothesis)") from None
    bench = await lab.bench()
    goods, loop = await _goods(bench), asyncio.get_running_loop()

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    @hypothesis.given(carts(goods, subject.codes))
    def laws(cart: PricingCart) -> None:
        asyncio.run_coroutine_threadsafe(_judge(bench, subject, cart), loop).result(PATIENCE)

    try:
        await asyncio.to_thread(laws)
    except Broken as broken:
        return [Fault(str(broken))]
    except ExceptionGroup as several:
        return [Fault(str(each)) for each in several.exceptions]
    except Exception as error:
        return [Fault(f"a cart could not be priced: {type(error).__name__}: {error}")]
    return []


async def _judge(bench: Bench, subject: Subject, cart: PricingCart) -> None:
    """One cart under every law.

    Raises:
        Broken: the first that is not kept.
    """
    hooks = bench.running.shop.hooks.only(subject.name)
    facts = await _facts(bench, hooks, cart)
    if facts != await _facts(bench, hooks, cart):
        raise Broken(f"pricing_facts answers something else the second time for {_shown(cart)}")
    once = await _price(hooks, cart, facts)
    _within_bounds(once.priced)
    if _said(await _price(hooks, cart, facts)) != _said(once):
        raise Broken(f"the same cart is priced otherwise the second time: {_shown(cart)}")
    with another_day(subject.top):
        if _said(await _price(hooks, cart, facts)) != _said(once):
            raise Broken(f"the price depends on the clock or on chance; cart.at is the time to go by: {_shown(cart)}")
    await _order_does_not_matter(hooks, cart, facts, once)


async def _order_does_not_matter(hooks: Hooks, cart: PricingCart, facts: EachOwn, once: Answered) -> None:
    backwards = {phase: [("p", each) for each in reversed(answers)] for phase, answers in once.answers}
    forwards = {phase: [("p", each) for each in answers] for phase, answers in once.answers}
    if _totals(cart, backwards) != _totals(cart, forwards):
        raise Broken(f"its answers of one phase do not commute: {_shown(cart)}")
    turned = replace(cart, lines=tuple(reversed(cart.lines)))
    if (await _price(hooks, turned, facts)).priced.totals.discounts != once.priced.totals.discounts:
        raise Broken(f"the discount changes with the order of the cart's lines: {_shown(cart)}")


async def _facts(bench: Bench, hooks: Hooks, cart: PricingCart) -> EachOwn:
    shown, before = cart, copy.deepcopy(cart)
    found = await _asked(hooks.collect(questions.pricing_facts, shop=bench.running.shop, cart=shown))
    if shown != before:
        raise Broken(f"pricing_facts changes the cart that it is shown: {_shown(before)}")
    return _Comparable({answer.plugin: answer.value for answer in found})


async def _price(hooks: Hooks, cart: PricingCart, facts: EachOwn) -> Answered:
    """The cart priced with this plugin alone, and watched."""
    state, answers = start(cart), []
    for phase in PHASES:
        asked = {"cart": cart, "facts": facts, "phase": phase, "state": state}
        collected = await _watched(hooks, questions.price_adjustments, asked)
        mine = tuple(item for answer in collected for item in answer.value)
        answers.append((phase, mine))
        state = _applied(state, phase, mine)
    taxes = await _watched(hooks, questions.tax_rates, {"cart": cart, "facts": facts, "state": state})
    tax = taxes[0].value if taxes else None
    return Answered(tuple(answers), tax, finish(apply_tax(state, tax)))


async def _watched(hooks: Hooks, spec: Any, asked: dict[str, Any]) -> list[Any]:
    before = copy.deepcopy(asked)
    found = await _asked(hooks.collect(spec, **asked))
    for name, value in asked.items():
        if value != before[name]:
            raise Broken(f"{spec.__name__} changes {name!r}, which it is only shown: {_shown(before['cart'])}")
    return list(found)


async def _asked(question: Any) -> list[Any]:
    try:
        found: list[Any] = await question
    except HookError as error:
        raise Broken(str(error)) from error
    return found


def _applied(state: State, phase: Phase, mine: Sequence[Any]) -> State:
    try:
        return apply(state, phase, [("p", each) for each in mine])
    except SpoeqError as error:
        raise Broken(f"an answer of phase {phase} cannot be applied: {error}") from error


def _within_bounds(priced: PricedCart) -> None:
    for line in priced.lines:
        surcharges = sum(each.amount for each in line.surcharges)
        if not 0 <= line.total <= line.line.quantity * line.line.unit_price + surcharges:
            raise Broken(f"a line costs {line.total}, below nothing or above its list price: {_shown(priced.cart)}")


def _totals(cart: PricingCart, answers: Mapping[Phase, Sequence[tuple[str, Any]]]) -> object:
    state = start(cart)
    for phase in PHASES:
        state = apply(state, phase, answers[phase])
    return finish(apply_tax(state, None)).totals


def _said(answered: Answered) -> object:
    return answered.answers, answered.tax, answered.priced.totals


class _Comparable(EachOwn):
    """Facts that can be compared, and copied."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Comparable) and self._by_plugin == other._by_plugin

    __hash__ = None  # type: ignore[assignment]


async def _goods(bench: Bench) -> list[PricingLine]:
    """The shop's goods as lines of carts."""
    found = []
    for product in (await products_by_slugs(bench.running.shop, [SKU.lower(), SECOND.lower()])).values():
        for variant in product.variants:
            found.append(
                PricingLine(
                    id=variant.sku,
                    sku=variant.sku,
                    product_id=product.id,
                    name=product.name,
                    quantity=1,
                    unit_price=variant.sale,
                    category_ids=frozenset(product.category_ids),
                    weight_g=variant.weight_g,
                    hsn=product.hsn or None,
                    ext=product.ext,
                )
            )
    return found


def _shown(cart: PricingCart) -> str:
    lines = ", ".join(f"{line.quantity} × {line.sku} at {line.unit_price}" for line in cart.lines)
    return f"[{lines}]" + (f" with {', '.join(cart.codes)}" if cart.codes else "")
