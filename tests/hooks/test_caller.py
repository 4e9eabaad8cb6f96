"""The hook caller: who is asked, in which order, for how long, and what a failure does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pluggy
import pytest

from spoeq_core.hooks import app as app_hooks, pricing, shipping, storefront
from spoeq_core.hooks.caller import EachOwn, HookError, Hooks, hookimpl, policy_of
from spoeq_core.hooks.contributions import Manifest, MenuEntry
from spoeq_core.kernel.breaker import LIMIT, Breakers
from spoeq_core.kernel.errors import ConfigurationError, Conflict, Unavailable
from spoeq_core.plugins.discovery import Discovery, as_plugin, in_order
from spoeq_core.plugins.loading import build_hooks, load_hooks
from tests.shopping import plugin

Told = list[tuple[str, str, str]]
SHOP = cast(Any, object())


def hooks_of(*modules: Any, told: Told | None = None, breakers: Breakers | None = None) -> Hooks:
    """The caller with these plugins, all enabled."""
    noted = told if told is not None else []
    discovery = Discovery(in_order(as_plugin(module) for module in modules))
    hooks, _ = load_hooks(discovery, lambda *fault: noted.append(fault), strict=True, breakers=breakers)
    hooks.enabled = frozenset(one.name for one in discovery.plugins)
    return hooks


def saying(name: str, *, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Any:
    """A plugin that answers each cosmetic question with its name."""

    async def page_fragments() -> Sequence[str]:
        return [name]

    module = plugin(name, page_fragments=page_fragments)
    module.manifest = replace(module.manifest, before=before, after=after)  # type: ignore[attr-defined]
    return module


def failing(name: str, error: Exception | None = None, spec: str = "page_fragments") -> Any:
    """A plugin that raises, and counts how often it was asked."""
    asked: list[int] = []

    async def answer() -> Sequence[str]:
        asked.append(1)
        raise error or RuntimeError("the cable is cut")

    module = plugin(name, **{spec: answer})
    module.asked = asked  # type: ignore[attr-defined]
    return module


def hanging(name: str, spec: str) -> Any:
    """A plugin that never answers."""

    async def answer() -> None:
        await asyncio.Event().wait()

    return plugin(name, **{spec: answer})


async def fragments(hooks: Hooks) -> list[str]:
    """Who answered, in order."""
    answers = await hooks.collect(storefront.page_fragments, shop=SHOP, slot="s", page={})
    return [answer.plugin for answer in answers]


async def facts(hooks: Hooks) -> list[Any]:
    """The answers to a question about money."""
    return await hooks.collect(pricing.pricing_facts, shop=SHOP, cart=cast(Any, None))


async def test_each_enabled_plugin_is_asked_and_none_is_no_answer():
    async def silent() -> None:
        return None

    hooks = hooks_of(saying("alpha"), saying("beta"), plugin("gamma", page_fragments=silent))
    assert await fragments(hooks) == ["alpha", "beta"]
    hooks.enabled -= {"alpha"}
    assert await fragments(hooks) == ["beta"]
    hooks.enabled = frozenset()
    assert await fragments(hooks) == []


async def test_plugins_answer_together_and_in_hook_order():
    """The first waits for the second, which would hang if they were asked one after the other."""
    second_asked = asyncio.Event()

    async def first() -> Sequence[str]:
        await second_asked.wait()
        return ["first"]

    async def second() -> Sequence[str]:
        second_asked.set()
        return ["second"]

    hooks = hooks_of(plugin("a", page_fragments=first), plugin("b", page_fragments=second))
    assert await fragments(hooks) == ["a", "b"]


async def test_an_implementation_is_given_what_it_asks_for():
    async def price_adjustments(facts: Mapping[str, Any], phase: str) -> Sequence[Any]:
        return [(facts, phase)]

    hooks = hooks_of(plugin("a", price_adjustments=price_adjustments), plugin("b", price_adjustments=price_adjustments))
    answers = await hooks.collect(
        pricing.price_adjustments,
        cart=cast(Any, None),
        facts=EachOwn({"a": {"own": 1}}),
        phase=cast(Any, "order"),
        state=cast(Any, None),
    )
    assert [answer.value[0] for answer in answers] == [({"own": 1}, "order"), ({}, "order")], "each its own facts"


async def test_positional_arguments_are_refused():
    hooks = hooks_of(saying("alpha"))
    ask = cast("Callable[..., Awaitable[object]]", hooks.collect)
    with pytest.raises(TypeError, match="keyword"):
        await ask(storefront.page_fragments, SHOP, "s", {})
    with pytest.raises(TypeError, match="keyword"):
        await cast("Callable[..., Awaitable[object]]", hooks.first)(storefront.page_fragments, SHOP)


async def test_the_first_answer_ends_the_asking():
    asked: list[str] = []

    def answering(name: str, value: Any) -> Any:
        async def tax_rates() -> Any:
            asked.append(name)
            return value

        return plugin(name, tax_rates=tax_rates)

    hooks = hooks_of(answering("a", None), answering("b", "GST"), answering("c", "VAT"))
    found = await hooks.first(pricing.tax_rates, cart=cast(Any, 0), facts={}, state=cast(Any, 0))
    assert found is not None
    assert (found.plugin, found.value) == ("b", "GST")
    assert asked == ["a", "b"]


# -- order ----------------------------------------------------------------------------------------------------------


async def test_plugins_are_asked_by_name_then_as_their_manifests_say_then_as_the_merchant_does():
    modules = [saying("delta"), saying("alpha", after=("delta",)), saying("beta"), saying("gamma", before=("beta",))]
    for shuffled in (modules, modules[::-1]):
        hooks = hooks_of(*shuffled)
        assert await fragments(hooks) == ["delta", "gamma", "alpha", "beta"], "never as they were found"
    hooks.order = ("beta", "alpha")
    assert await fragments(hooks) == ["beta", "alpha", "delta", "gamma"]


async def test_tryfirst_and_trylast_break_ties():
    late, early = saying("alpha"), saying("beta")
    for module, mark in ((late, {"trylast": True}), (early, {"tryfirst": True})):
        module.page_fragments = hookimpl(**mark)(module.page_fragments)
    assert await fragments(hooks_of(late, early, saying("gamma"))) == ["beta", "gamma", "alpha"]


def test_contributions_follow_the_same_order_and_come_and_go_with_the_plugin():
    def offering(name: str) -> Any:
        def register_menu() -> Sequence[MenuEntry]:
            return [MenuEntry(name, f"/admin/{name}", "")]

        return plugin(name, register_menu=register_menu)

    hooks = hooks_of(offering("alpha"), offering("beta"))
    assert [part.plugin for part in hooks.parts(app_hooks.register_menu)] == ["alpha", "beta"]
    hooks.order = ("beta",)
    assert [part.plugin for part in hooks.parts(app_hooks.register_menu)] == ["beta", "alpha"]
    hooks.enabled = frozenset({"alpha"})
    assert [part.plugin for part in hooks.parts(app_hooks.register_menu)] == ["alpha"]
    assert [part.plugin for part in hooks.all_parts(app_hooks.register_menu)] == ["beta", "alpha"]
    hooks.remove("beta")
    assert [part.plugin for part in hooks.all_parts(app_hooks.register_menu)] == ["alpha"]


# -- failures -------------------------------------------------------------------------------------------------------


async def test_a_cosmetic_question_goes_on_without_who_fails():
    told: Told = []
    hooks = hooks_of(saying("alpha"), failing("broken"), saying("omega"), told=told)
    assert await fragments(hooks) == ["alpha", "omega"]
    assert told == [("broken", "page_fragments", "RuntimeError: the cable is cut")]


async def test_a_question_about_money_fails_and_names_the_plugin():
    told: Told = []
    hooks = hooks_of(failing("broken", spec="pricing_facts"), told=told)
    with pytest.raises(HookError, match="'broken' failed in hook 'pricing_facts'") as failed:
        await facts(hooks)
    assert (failed.value.plugin, failed.value.hook, failed.value.code) == ("broken", "pricing_facts", "plugin_failed")
    assert "Plugins > broken" in failed.value.hint
    assert isinstance(failed.value.__cause__, RuntimeError)
    assert told == [("broken", "pricing_facts", "RuntimeError: the cable is cut")]


async def test_one_failure_ends_the_others_that_were_asked_with_it():
    ended: list[str] = []

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("slow")
            raise

    hooks = hooks_of(failing("broken", spec="pricing_facts"), plugin("slow", pricing_facts=slow))
    with pytest.raises(HookError, match="broken"):
        await facts(hooks)
    assert ended == ["slow"], "no question is left running"


async def test_who_is_late_is_left_out_or_fails_as_the_policy_says(monkeypatch: pytest.MonkeyPatch):
    told: Told = []
    for spec in (storefront.page_fragments, pricing.pricing_facts):
        monkeypatch.setattr(spec, "__policy__", replace(policy_of(spec), timeout=0.01))
    hooks = hooks_of(hanging("slow", "page_fragments"), saying("quick"), hanging("stuck", "pricing_facts"), told=told)
    assert await fragments(hooks) == ["quick"]
    with pytest.raises(HookError, match=r"no answer within 0\.01 s"):
        await facts(hooks)
    assert told == [
        ("slow", "page_fragments", "no answer within 0.01 s"),
        ("stuck", "pricing_facts", "no answer within 0.01 s"),
    ]


async def test_who_is_late_by_the_policy_is_waited_for_where_there_is_patience(monkeypatch: pytest.MonkeyPatch):
    async def slow() -> list[str]:
        await asyncio.sleep(0.05)
        return []

    told: Told = []
    monkeypatch.setattr(
        storefront.page_fragments, "__policy__", replace(policy_of(storefront.page_fragments), timeout=0)
    )
    hooks = hooks_of(plugin("slow", page_fragments=slow), told=told)
    assert await fragments(hooks) == []
    assert told == [("slow", "page_fragments", "no answer within 0 s")]
    hooks.patience = 60
    assert await fragments(hooks.without(["other"])) == ["slow"]
    assert len(told) == 1


async def test_a_timeout_of_the_plugins_own_is_not_called_late():
    told: Told = []
    await fragments(hooks_of(failing("impatient", TimeoutError("the courier did not answer")), told=told))
    assert told == [("impatient", "page_fragments", "TimeoutError: the courier did not answer")]


async def test_a_refusal_is_an_answer_where_plugins_may_refuse_and_a_fault_where_not():
    told: Told = []
    refusing = failing("strict", Conflict("Not to islands."), "shipping_options")
    hooks = hooks_of(refusing, failing("down", Unavailable("no route"), "pricing_facts"), told=told)
    for _ in range(LIMIT + 1):
        with pytest.raises(Conflict, match="Not to islands"):
            await hooks.collect(shipping.shipping_options, shop=SHOP, cart=cast(Any, None))
    assert told == []
    with pytest.raises(HookError):
        await facts(hooks)
    priced = hooks_of(failing("strict", Conflict("no"), "pricing_facts"))
    with pytest.raises(HookError):
        await facts(priced)


async def test_an_answer_of_the_wrong_type_is_a_fault():
    async def number() -> Any:
        return 5

    told: Told = []
    hooks = hooks_of(plugin("odd", page_fragments=number, pricing_facts=number), saying("fine"), told=told)
    assert await fragments(hooks) == ["fine"]
    assert "answered a int where Sequence[Fragment]" in told[0][2]
    with pytest.raises(HookError, match="Mapping"):
        await facts(hooks)


async def test_calls_errors_and_time_are_counted_by_plugin_and_hook():
    hooks = hooks_of(saying("alpha"), failing("broken"))
    for _ in range(2):
        await fragments(hooks)
    counted = {key: (found.calls, found.errors) for key, found in hooks.calls.items()}
    assert counted == {("alpha", "page_fragments"): (2, 0), ("broken", "page_fragments"): (2, 2)}
    assert all(found.seconds > 0 for found in hooks.calls.values())


# -- breaker --------------------------------------------------------------------------------------------------------


async def test_who_fails_again_and_again_is_not_asked_for_a_while():
    now = [1000.0]
    broken = failing("broken")
    hooks = hooks_of(broken, saying("fine"), breakers=Breakers(now=lambda: now[0], pause=30))
    for _ in range(LIMIT + 3):
        assert await fragments(hooks) == ["fine"]
    assert len(broken.asked) == LIMIT
    now[0] += 31
    await fragments(hooks)
    await fragments(hooks)
    assert len(broken.asked) == LIMIT + 1, "one trial after the pause"


async def test_an_open_breaker_refuses_where_money_is_concerned():
    broken = failing("broken", spec="pricing_facts")
    hooks = hooks_of(broken)
    for _ in range(LIMIT):
        with pytest.raises(HookError, match="the cable is cut"):
            await facts(hooks)
    with pytest.raises(HookError, match="not asked for a while"):
        await facts(hooks)
    assert len(broken.asked) == LIMIT
    assert await facts(hooks.without({"broken"})) == []
    hooks.breakers.reset("broken")
    with pytest.raises(HookError, match="the cable is cut"):
        await facts(hooks)


async def test_a_breaker_is_of_one_hook_of_one_plugin():
    broken = failing("broken")
    broken.pricing_facts = hookimpl(_empty)
    hooks = hooks_of(broken, saying("fine"))
    for _ in range(LIMIT):
        await fragments(hooks)
    assert list(hooks.breakers.open_until()) == [("broken", "page_fragments")]
    assert [answer.plugin for answer in await facts(hooks)] == ["broken"]


async def _empty() -> Mapping[str, Any]:
    return {}


# -- what is refused at boot ------------------------------------------------------------------------------------------


def refused(**hooks: Any) -> ConfigurationError:
    """Why a plugin with these hooks cannot be started."""
    with pytest.raises(ConfigurationError) as error:
        hooks_of(plugin("faulty", **hooks))
    assert "faulty" in str(error.value)
    assert error.value.hint
    return error.value


def test_a_hook_that_is_not_there_is_named():
    assert "price_adjustmets" in str(refused(price_adjustmets=_empty))


def test_a_parameter_that_the_spec_does_not_have_is_named():
    async def pricing_facts(basket: Any) -> None:
        del basket

    assert "basket" in str(refused(pricing_facts=pricing_facts))


def test_the_wrong_colour_is_refused_both_ways():
    def facts() -> Mapping[str, Any]:
        return {}

    async def menu() -> Sequence[MenuEntry]:
        return []

    assert "async def" in refused(pricing_facts=facts).hint
    assert "'def'" in refused(register_menu=menu).hint


def test_defaults_and_parameters_that_cannot_be_given_are_refused():
    async def default(cart: Any = None) -> None:
        del cart

    async def keyword_only(*, cart: Any) -> None:
        del cart

    async def position_only(cart: Any, /) -> None:
        del cart

    async def many(**everything: Any) -> None:
        del everything

    for impl in (default, keyword_only, position_only, many):
        error = refused(pricing_facts=impl)
        assert "pricing_facts" in str(error)


def test_wrappers_are_refused():
    def wrapper() -> Any:
        yield

    module = plugin("faulty")
    module.register_menu = hookimpl(wrapper=True)(wrapper)  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="faulty"):
        hooks_of(module)


def test_a_contribution_of_the_wrong_type_is_refused():
    assert "register_menu" in str(refused(register_menu=lambda: MenuEntry("One", "/admin/one", "")))


def test_every_spec_is_documented_typed_and_has_a_policy_that_fits():
    hooks = build_hooks([], lambda *_: None)
    specs = [
        caller.spec.function
        for caller in vars(hooks.manager.hook).values()
        if isinstance(caller, pluggy.HookCaller) and caller.spec is not None
    ]
    assert len(specs) > 20
    for spec in specs:
        assert spec.__doc__, spec.__name__
        assert "return" in spec.__annotations__, spec.__name__
        rule = policy_of(spec)
        by_staff = {"plugin_purging", "plugin_disabling"}  # staff wait for them, no shopper does
        longest = 600 if spec.__name__ in by_staff else 30
        assert 0 < rule.timeout <= longest
        if spec.__name__.startswith("register_"):
            assert not asyncio.iscoroutinefunction(spec)
            assert not spec.__code__.co_argcount


def test_a_manifest_is_needed():
    module = plugin("bare")
    module.manifest = "bare"  # type: ignore[attr-defined]
    with pytest.raises(ConfigurationError, match="no manifest") as error:
        as_plugin(module)
    assert "Manifest(" in error.value.hint
    assert isinstance(Manifest("a", "A", "a").before, tuple)
