"""Writes what follows from the code, and `--check` only compares.

docs/reference.md: hooks, events, machines, permissions, settings. spoeq_core/sdk.pyi: what the SDK offers, with types.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from pydantic import BaseModel

from spoeq_core import sdk
from spoeq_core.cli import spoeq
from spoeq_core.hooks import app as app_hooks
from spoeq_core.hooks.caller import Hooks, policy_of
from spoeq_core.identity.permissions import CORE
from spoeq_core.kernel.events import Event
from spoeq_core.kernel.settings import Settings
from spoeq_core.orders.model import states
from spoeq_core.plugins.discovery import discover
from spoeq_core.plugins.loading import FAMILIES, build_hooks
from spoeq_core.shop import ShopProfile
from spoeq_core.web.slots import SLOTS

ROOT = Path(__file__).parents[2]
MACHINES: tuple[tuple[str, Mapping[Any, frozenset[Any]], tuple[str, ...]], ...] = (
    ("Order", states.ORDER_TRANSITIONS, ("pending_payment", "confirmed")),
    ("Payment", states.PAYMENT_TRANSITIONS, ("pending", "pending_cod", "paid")),
    ("Fulfilment", states.FULFILMENT_TRANSITIONS, ("unfulfilled",)),
    ("Return", states.RETURN_TRANSITIONS, ("requested",)),
)
"""Title, table, and where an order begins: paid at the door or costing nothing, it is confirmed at once."""
WIDTH = 121
HEAD = "# Reference\n\nWritten by `python -m tests.contracts.generated` from the code; do not edit.\n"


def main() -> int:
    """Write the files, or say which is out of step."""
    stale = 0
    for path, build in {"docs/reference.md": reference, "spoeq_core/sdk.pyi": typed_sdk}.items():
        file, text = ROOT / path, build()
        if "--check" not in sys.argv:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path} is out of step with the code. Run: python -m tests.contracts.generated\n")
            stale = 1
    return stale


def typed_sdk() -> str:
    """What the SDK offers, as imports that a type checker follows."""
    parts = []
    for module, names in sdk.OFFERS.items():
        offered = [f"{name} as {name}" for name in sorted(names.split(), key=_as_ruff_sorts)]
        line = f"from {module} import {', '.join(offered)}\n"
        block = "".join(f"    {name},\n" for name in offered)
        parts.append(line if len(line) <= WIDTH else f"from {module} import (\n{block})\n")
    return "".join(sorted(parts, key=lambda text: text.split()[1]))


def _as_ruff_sorts(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name.lower()


def reference() -> str:
    """The whole file."""
    hooks = build_hooks(discover(strict=True).plugins, lambda *_: None)
    parts = [
        HEAD,
        *_hooks(hooks),
        *_slots(),
        *_events(),
        *_machines(),
        *_permissions(hooks),
        *_settings(hooks),
        *_commands(),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _hooks(hooks: Hooks) -> Iterator[str]:
    yield "## Hooks\n"
    yield "A hook is a question the core asks (`spoeq_core.hooks`). Its deadline and failure policy stand with it.\n"
    users = {name: hooks.hooks_of(name) for name, _ in hooks.manager.list_name_plugin()}
    for family in FAMILIES:
        yield f"### {family.__name__.rpartition('.')[2]}\n"
        yield f"{_first_line(family)}\n"
        for name, spec in vars(family).items():
            if hasattr(spec, "spoeq_spec"):
                yield from _hook(name, spec, sorted(plugin for plugin, known in users.items() if name in known))


def _hook(name: str, spec: Callable[..., object], users: list[str]) -> Iterator[str]:
    rule = policy_of(spec)
    is_async = inspect.iscoroutinefunction(spec)
    signature = str(inspect.signature(spec)).replace("'", "")
    yield f"#### `{name}`\n"
    yield f"```python\n{'async def' if is_async else 'def'} {name}{signature}\n```\n"
    when = (
        f"Asked in requests; at most {rule.timeout:g} s; on error: {rule.on_error}."
        if is_async
        else "Asked once, at boot."
    )
    yield f"{inspect.cleandoc(spec.__doc__ or '')}\n"
    merge = "the first plugin that answers wins" if rule.merge == "first" else "every answer counts, in hook order"
    yield f"*{when} Of several: {merge}. Since {rule.since}. Used by: {', '.join(users) or 'nobody yet'}.*\n"


def _slots() -> Iterator[str]:
    yield "## Slots\n"
    yield "Places in pages that plugins fill (`page_fragments`, for the admin `admin_fragments`).\n"
    yield "| slot | where | `page` holds |\n|---|---|---|"
    for name, slot in SLOTS.items():
        once = " Asked once for the whole list." if slot.a_list else ""
        yield f"| `{name}` | {slot.where}{once} | {', '.join(f'`{key}`' for key in slot.passes)} |"
    yield ""


def _events() -> Iterator[str]:
    yield "## Events\n"
    yield "Things that happened, told through the outbox after they were stored.\n"
    yield "| event | told when | fields |\n|---|---|---|"
    for event in sorted(_subclasses(Event), key=lambda event: event.__name__):
        fields = ", ".join(f"`{field.name}`" for field in dataclasses.fields(event))
        yield f"| `{event.__name__}` | {_first_line(event)} | {fields} |"
    yield ""


def _machines() -> Iterator[str]:
    yield "## State machines\n"
    yield "Drawn from the tables of `spoeq_core.orders.model.states`; what is not drawn is refused.\n"
    for title, table, first in MACHINES:
        yield f"### {title}\n"
        yield "```mermaid\nstateDiagram-v2"
        yield from (f"    [*] --> {state}" for state in first)
        for state, steps in table.items():
            yield from (f"    {state.value} --> {following.value}" for following in type(state) if following in steps)
            if not steps:
                yield f"    {state.value} --> [*]"
        yield "```\n"


def _permissions(hooks: Hooks) -> Iterator[str]:
    yield "## Permissions\n"
    yield "| permission | allows | roles besides Admin | brought by |\n|---|---|---|---|"
    rows = [(permission, "core") for permission in CORE]
    rows += [(item, part.plugin) for part in hooks.all_parts(app_hooks.register_permissions) for item in part.value]
    for permission, owner in sorted(rows, key=lambda row: row[0].name):
        roles = ", ".join(sorted(permission.roles)) or "none"
        yield f"| `{permission.name}` | {permission.label} | {roles} | {owner} |"
    yield ""


def _settings(hooks: Hooks) -> Iterator[str]:
    yield "## Settings\n"
    yield "### Of a process (environment)\n"
    yield from _model(Settings, lambda name: f"SPOEQ_{name.upper()}")
    yield "### Of the shop (admin, Settings)\n"
    yield from _model(ShopProfile, str)
    for part in sorted(hooks.all_parts(app_hooks.register_settings), key=lambda part: part.plugin):
        yield f"### Of plugin {part.plugin} (admin, Plugins)\n"
        yield from _model(part.value, str)


def _model(model: type[BaseModel], shown: Callable[[str], str]) -> Iterator[str]:
    yield "| name | default | meaning |\n|---|---|---|"
    for name, info in model.model_fields.items():
        default = "" if info.default_factory or info.is_required() else f"`{info.default}`"
        meaning = " ".join(filter(None, (info.title, info.description))).replace("|", "\\|")
        yield f"| `{shown(name)}` | {default} | {meaning} |"
    yield ""


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "| command | does |\n|---|---|"
    context = click.Context(spoeq, info_name="spoeq")
    for name in spoeq.list_commands(context):
        command = spoeq.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield f"| `spoeq {name}` | {command.get_short_help_str(120)} |"
        if isinstance(command, click.Group):
            for sub, inner in sorted(command.commands.items()):
                yield f"| `spoeq {name} {sub}` | {inner.get_short_help_str(120)} |"
    yield ""


def _subclasses(kind: type[Event]) -> Iterator[type[Event]]:
    for sub in kind.__subclasses__():
        if not sub.__module__.startswith("tests."):
            yield sub
        yield from _subclasses(sub)


def _first_line(documented: object) -> str:
    return inspect.cleandoc(getattr(documented, "__doc__", "") or "").split("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
