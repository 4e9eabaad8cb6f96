"""What a plugin may not declare of its extensions: said at boot, with the plugin, the field and the mend."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from spoeq_core.hooks.contributions import Extension
from spoeq_core.kernel.errors import ConfigurationError
from spoeq_core.plugins.discovery import Discovery, as_plugin
from spoeq_core.plugins.loading import load_hooks
from tests.extensions.plugins import counter_plugin, keeper
from tests.shopping import plugin


class Fine(BaseModel):
    months: int = 0
    ratio: float = 0.0
    codes: dict[str, str] = {}


class Needy(BaseModel):
    months: int


class Secretive(BaseModel):
    token: SecretStr | None = None


def one_of(*names: str) -> frozenset[str]:
    return frozenset(names)


FAULTS: dict[str, tuple[list[Any], str, str]] = {
    "default": ([Extension("order", Needy)], "Needy has no valid default for: months", "a default"),
    "target": ([Extension("shop", Fine)], "Fine extends 'shop', which is not supported", "product, variant, cart_line"),
    "twice": ([Extension("order", Fine), Extension("order", Needy)], "extends 'order', which another", "one model"),
    "model": ([Extension("order", dict)], "dict is no pydantic model", "BaseModel"),
    "pii": ([Extension("customer", Fine, pii="some")], "says pii='some'", "none, contact, sensitive"),
    "private": ([Extension("order", Fine, private=one_of("x"))], "no field 'x', which stands in private", "months"),
    "columns": ([Extension("product", Fine, columns=one_of("x"))], "no field 'x', which stands in columns", "months"),
    "indexes": ([Extension("order", Fine, indexes=one_of("x"))], "no field 'x', which stands in indexes", "months"),
    "facets": ([Extension("product", Fine, facets=one_of("x"))], "no field 'x', which stands in facets", "months"),
    "file": ([Extension("order", Fine, columns=one_of("months"))], "has columns, months", "product or variant"),
    "list": ([Extension("variant", Fine, facets=one_of("months"))], "has facets, months", "product"),
    "hidden": (
        [Extension("product", Fine, facets=one_of("months"), private=one_of("months"))],
        "shows the private field 'months' as a facet",
        "everybody may see",
    ),
    "secret": ([Extension("customer", Secretive)], "keeps a secret in 'token'", "a setting"),
    "ratio": ([Extension("product", Fine, facets=one_of("ratio"))], "facet 'ratio'", "one of these types"),
    "codes": ([Extension("product", Fine, facets=one_of("codes"))], "facet 'codes'", "one of these types"),
}


def extending(name: str, extensions: list[Any]) -> ModuleType:
    def register_extensions() -> list[Any]:
        return extensions

    return plugin(name, register_extensions=register_extensions)


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_declaration_sets_the_plugin_aside(name: str):
    extensions, fault, mend = FAULTS[name]
    found = Discovery((as_plugin(extending(name, extensions)), as_plugin(keeper())))
    _, started = load_hooks(found, lambda *_: None, strict=False)
    assert [one.name for one in started.plugins] == ["keeper"]
    (aside,) = started.quarantined
    assert aside.error.startswith(f"Plugin {name!r}: ")
    assert fault in aside.error
    assert mend in aside.error
    with pytest.raises(ConfigurationError):
        load_hooks(found, lambda *_: None, strict=True)


def test_what_is_declared_well_starts():
    found = Discovery((as_plugin(keeper()), as_plugin(counter_plugin())))
    assert not load_hooks(found, lambda *_: None, strict=True)[1].quarantined
