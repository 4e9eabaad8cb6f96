"""What staff read over the API: settings, plugins, the audit log, failed deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from spoeq_core.web.api.shapes.base import Shape


class PluginExtension(Shape):
    """What a plugin keeps with products, orders, customers …: the fields, and what of persons is in them."""

    target: Literal["product", "variant", "cart_line", "order", "customer"]
    fields: list[str]
    pii: Literal["none", "contact", "sensitive"]


class PluginStep(Shape):
    """A migration: its number, what it does, and when it ran if it did."""

    number: int
    title: str
    at: datetime | None = None


class HookHealth(Shape):
    """Questions since the processes began; 95 of 100 answers took at most `p95_ms`, rounded up to a step."""

    calls: int
    errors: int
    timeouts: int
    p95_ms: int


class HeldUp(Shape):
    """What held up a whole process, how often, how long at the longest, and when last."""

    what: str
    count: int
    longest_ms: int
    at: datetime


class PluginHealthShape(HookHealth):
    """How a plugin fares in all processes that live, altogether and by hook."""

    hooks: dict[str, HookHealth]
    blocked: list[HeldUp]


class PluginShape(Shape):
    """An installed plugin, or one that could not be loaded."""

    name: str
    title: str
    description: str
    version: str
    state: Literal["enabled", "disabled", "held", "purging", "quarantined"]
    error: str
    fault: str
    paused: list[str]
    details: str
    hooks: list[str]
    permissions: list[str]
    hosts: list[str]
    extensions: list[PluginExtension]
    has_settings: bool
    url: str
    previous_version: str
    upgraded_at: datetime | None
    migrations: list[PluginStep]
    health: PluginHealthShape


class SwitchedPlugin(PluginShape):
    """A plugin that was switched, and what staff should know of it."""

    warnings: list[str]


class PluginData(Shape):
    """What the shop keeps of a plugin: documents by collection, and by kind of owner; see `shared` for what stays."""

    name: str
    collections: dict[str, int]
    extensions: dict[str, int]
    settings: bool
    migrations: int
    shared: list[str]
    interrupted: bool
    warnings: list[str]


class PluginSteps(Shape):
    """Migrations, in their order."""

    items: list[PluginStep]


class PluginList(Shape):
    """All plugins."""

    items: list[PluginShape]
    total: int
    page: int
    per_page: int


class SettingsShape(Shape):
    """Settings, their JSON Schema, and the version that If-Match takes."""

    values: dict[str, Any]
    schema_: dict[str, Any] = Field(alias="schema")
    version: int


class AuditEntry(Shape):
    """Who did what to which thing."""

    id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    target: str
    detail: dict[str, Any]
    ip: str


class AuditLog(Shape):
    """Entries, newest first."""

    items: list[AuditEntry]
    next: str | None


class DeadLetterShape(Shape):
    """A delivery that was given up."""

    id: str
    type: str
    subscriber: str
    error: str
    attempts: int
    at: datetime
    data: dict[str, Any]


class DeadLetterList(Shape):
    """Deliveries that were given up, newest first."""

    items: list[DeadLetterShape]
    next: str | None


class Accepted(Shape):
    """It will be done."""

    status: str
