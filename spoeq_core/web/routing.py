"""An app whose routes come and go with the plugins that brought them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from quart import Blueprint, Quart, request
from quart.ctx import RequestContext
from quart.routing import QuartRule
from quart.typing import ResponseReturnValue
from quart.wrappers import BaseRequestWebsocket
from werkzeug.routing import BaseConverter, Map, MapAdapter

from spoeq_core.kernel.errors import Unavailable
from spoeq_core.kernel.messages import message

EnabledPlugins = Callable[[], frozenset[str]]
HeldPlugins = Callable[[], Mapping[str, str]]


class UlidConverter(BaseConverter):
    """An id in a path; what is none is another address, which may be a plugin's (`/cart/apply-coupon`)."""

    regex = "[0-7][0-9A-HJKMNP-TV-Z]{25}"


_COMPILED = ("_parts", "_trace", "_converters", "_build", "_build_unknown")
_known: dict[tuple[object, ...], ShopRule] = {}


class ShopRule(QuartRule):
    """A route that is compiled once a process, whatever maps and apps it is in.

    Compiling is most of what a start takes, and what takes longest when a plugin is switched.
    """

    def compile(self) -> None:
        """Take what an equal route was compiled to, if there was one."""
        if self.defaults or self.host or self.subdomain:
            super().compile()
            return
        pattern = (self.rule, self.merge_slashes, self.websocket, frozenset(self.map.converters.items()))
        if pattern not in _known:
            super().compile()
            _known[pattern] = self
        known = _known[pattern]
        self.arguments = set(known.arguments)
        for name in _COMPILED:
            setattr(self, name, getattr(known, name))


class ShopApp(Quart):
    """Quart with one URL map for each set of enabled plugins.

    Routing happens before `before_request`, so a disabled plugin's route would shadow another's if it were still in
    the map: the map itself has to know.
    """

    url_rule_class = ShopRule

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enabled_plugins: EnabledPlugins = frozenset
        self.held_plugins: HeldPlugins = dict
        self.plugin_of: dict[str, str] = {}
        self.webhooks_of: dict[str, str] = {}
        self.url_map.converters["ulid"] = UlidConverter
        self._maps: dict[frozenset[str], Map] = {}

    def register_plugin_blueprint(self, plugin: str, blueprint: Blueprint, prefix: str) -> None:
        """Add a plugin's routes; they answer only while it is enabled."""
        self.plugin_of[blueprint.name] = plugin
        self.register_blueprint(blueprint, url_prefix=prefix)

    def register_webhooks(self, plugin: str, blueprint: Blueprint, prefix: str) -> None:
        """Add a plugin's routes that answer whether it is enabled or not, unless it is held."""
        self.webhooks_of[blueprint.name] = plugin
        self.register_blueprint(blueprint, url_prefix=prefix)

    async def dispatch_request(self, request_context: RequestContext | None = None) -> ResponseReturnValue:
        """Answer a request; a webhook of a plugin that is held is told to come again."""
        plugin = self.webhooks_of.get(request.blueprint or "")
        if plugin in self.held_plugins():
            raise Unavailable(
                message("Plugin '%(plugin)s' is held until its migrations have run.", plugin=plugin),
                hint="Send it again later.",
            )
        return await super().dispatch_request(request_context)

    def create_url_adapter(self, request: BaseRequestWebsocket | None) -> MapAdapter | None:
        """The adapter over the map of what is enabled now."""
        everything = self.url_map
        self.url_map = self.enabled_map()
        try:
            return super().create_url_adapter(request)
        finally:
            self.url_map = everything

    def enabled_map(self) -> Map:
        """The routes of the core and of the enabled plugins."""
        enabled = self.enabled_plugins()
        if enabled not in self._maps:
            self._maps[enabled] = self._build(enabled)
        return self._maps[enabled]

    def _build(self, enabled: frozenset[str]) -> Map:
        chosen = type(self.url_map)(host_matching=self.url_map.host_matching)
        chosen.converters.update(self.url_map.converters)
        for rule in self.url_map.iter_rules():
            owner = self.plugin_of.get(rule.endpoint.rpartition(".")[0])
            if owner is None or owner in enabled:
                unbound = copy.copy(rule)
                unbound.map = None  # type: ignore[assignment]
                chosen.add(unbound)
        return chosen
