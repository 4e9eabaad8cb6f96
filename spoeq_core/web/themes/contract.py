"""What a theme must have before a shop is shown in it, and what is wrong with its files otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, TemplateError, nodes

from spoeq_core.kernel.templates import find_in
from spoeq_core.web.themes.design import Design
from spoeq_core.web.themes.installed import Face, Theme, Themes

REQUIRED: Mapping[Face, tuple[str, ...]] = {
    "storefront": (
        "layout/base.html",
        "layout/account.html",
        "macros/ui.html",
        "macros/forms.html",
        "macros/commerce.html",
        "pages/account.html",
        "pages/addresses.html",
        "pages/cart.html",
        "pages/checkout.html",
        "pages/confirmation.html",
        "pages/error.html",
        "pages/home.html",
        "pages/listing.html",
        "pages/login.html",
        "pages/menu.html",
        "pages/order.html",
        "pages/orders.html",
        "pages/product.html",
        "pages/register.html",
        "pages/tracking.html",
    ),
    "admin": (
        "layout/base.html",
        "macros/ui.html",
        "macros/forms.html",
        "macros/commerce.html",
        "macros/admin.html",
        "pages/customer.html",
        "pages/customers.html",
        "pages/dashboard.html",
        "pages/dead_letters.html",
        "pages/error.html",
        "pages/inventory.html",
        "pages/login.html",
        "pages/order.html",
        "pages/orders.html",
        "pages/plugin.html",
        "pages/plugin_health.html",
        "pages/plugin_uninstall.html",
        "pages/plugins.html",
        "pages/product_edit.html",
        "pages/products.html",
        "pages/stock.html",
    ),
}
"""Templates that a theme or its parents bring: those the core draws, and those that plugins build on."""


GALLERY = "pages/gallery.html"
_BOTH: tuple[str, ...] = (
    *("accordion", "badge", "banner", "breadcrumb", "button", "checkbox", "chips", "dialog", "empty", "error_summary"),
    *("field", "icon", "json_ld", "pagination", "picture", "pin_check", "price", "progress", "quantity", "radios"),
    *("select", "skeleton", "timeline", "toast"),
)
MACROS: Mapping[Face, tuple[str, ...]] = {
    "storefront": (*_BOTH, "facet", "filter_bar", "grid", "product_card", "stars", "unit_price"),
    "admin": (*_BOTH, "bulk_bar", "chart", "data_table", "pick", "save_bar"),
}
"""Macros that every theme of a face offers, in `macros/{ui,forms,commerce,admin}.html`; plugins rely on them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: `errors` keep a theme from being activated, `warnings` name what is passed over."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def check_theme(themes: Themes, theme: Theme, environment: Environment, design: Design) -> Report:
    """Look through a theme's files.

    Args:
        themes: All installed ones.
        theme: The one to look at.
        environment: Its templates, as pages are drawn with them.
        design: What it declares.
    """
    fault = themes.lineage_fault(theme)
    if fault:
        return Report((fault,))
    chain = [each.templates for each in themes.chain(theme)]
    absent = [name for name in required(themes, theme.face) if not find_in(name, chain)]
    missing = [f"the template {name} is missing, here and in its parents" for name in absent]
    broken = [text for name in own_templates(theme) for text in _faults_of(name, theme, environment)]
    return Report((*missing, *broken), tuple(map(str, design.problems)))


def required(themes: Themes, face: Face) -> list[str]:
    """The templates that a theme of a face needs: those named above, and every page that the shop's own theme has."""
    shipped = themes.get(face)
    pages = [name for name in own_templates(shipped) if name.startswith("pages/")] if shipped else []
    return sorted({*REQUIRED[face], *pages} - {GALLERY})


def own_templates(theme: Theme) -> list[str]:
    """The names of the templates that a theme itself brings."""
    files = (path for path in theme.templates.rglob("*") if path.suffix in {".html", ".txt"})
    return sorted(path.relative_to(theme.templates).as_posix() for path in files)


def template_faults(name: str, source: str, environment: Environment) -> Iterator[str]:
    """What is wrong with a template: it cannot be read, extends itself, or names what the theme does not have."""
    try:
        tree = environment.parse(source, name)
    except TemplateError as error:
        yield f"the template {name} cannot be read: {error}"
        return
    for node in tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
        target = node.template  # type: ignore[attr-defined]
        if not isinstance(target, nodes.Const) or getattr(node, "ignore_missing", False):
            continue
        if isinstance(node, nodes.Extends) and target.value == name:
            yield f'the template {name} extends itself; write {{% extends "parent/{name}" %}}'
        elif not _is_there(str(target.value), environment):
            yield f"the template {name} names {target.value}, which is nowhere"
    yield from _unknown_macros(name, tree, environment)
    yield from _unknown_parts(name, tree, environment)


def _unknown_macros(name: str, tree: nodes.Template, environment: Environment) -> Iterator[str]:
    """Macros called as `ui.button(…)` that the imported file does not define."""
    files = {
        node.target: node.template.value
        for node in tree.find_all(nodes.Import)
        if isinstance(node.template, nodes.Const) and _is_there(node.template.value, environment)
    }
    for call in tree.find_all(nodes.Getattr):
        if isinstance(call.node, nodes.Name) and call.node.name in files and call.ctx == "load":
            file = files[call.node.name]
            if call.attr not in macros_of(file, environment):
                yield f"the template {name} uses {call.node.name}.{call.attr}, which {file} does not define"


def _unknown_parts(name: str, tree: nodes.Template, environment: Environment) -> Iterator[str]:
    """Parts drawn as `part("macros/commerce.html#product_card", …)` that are nowhere."""
    for call in tree.find_all(nodes.Call):
        named = call.args[0] if call.args else None
        if not isinstance(call.node, nodes.Name) or call.node.name != "part" or not isinstance(named, nodes.Const):
            continue
        file, _, macro = str(named.value).partition("#")
        if not _is_there(file, environment):
            yield f"the template {name} draws a part of {file}, which is nowhere"
        elif macro and macro not in macros_of(file, environment):
            yield f"the template {name} draws the part {macro}, which {file} does not define"


_macros: dict[str, frozenset[str]] = {}
"""What a file of macros defines, by its text: it is asked at every call of a macro in every template."""


def macros_of(file: str, environment: Environment) -> frozenset[str]:
    """The names that a file of macros defines."""
    if environment.loader is None:
        return frozenset()
    source, _, _ = environment.loader.get_source(environment, file)
    if source not in _macros:
        _macros[source] = frozenset(_names_in(environment.parse(source, file)))
    return _macros[source]


def _names_in(tree: nodes.Template) -> Iterator[str]:
    yield from (node.name for node in tree.find_all(nodes.Macro))
    yield from (node.target.name for node in tree.find_all(nodes.Assign) if isinstance(node.target, nodes.Name))


def plugin_faults(plugin_roots: Mapping[str, Path], environment: Environment) -> list[str]:
    """What plugins' templates want and this theme does not have."""
    found = []
    for plugin, root in sorted(plugin_roots.items()):
        for path in sorted((root / "templates").rglob("*.html")):
            name = path.relative_to(root / "templates").as_posix()
            text = path.read_text(encoding="utf-8")
            found += [f"plugin {plugin}: {fault}" for fault in template_faults(name, text, environment)]
    return found


def missing_slots(chain: Sequence[Theme], wanted: Sequence[str]) -> list[str]:
    """The slots that no template of a theme or its parents prints."""
    files = [path for theme in chain for path in theme.templates.rglob("*.html")]
    files += [path for theme in chain for path in (theme.root / "composition").glob("*.json")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return [name for name in wanted if f'"{name}"' not in everything and f"@slot:{name}" not in everything]


def _faults_of(name: str, theme: Theme, environment: Environment) -> Iterator[str]:
    try:
        source = (theme.templates / name).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        yield f"the template {name} cannot be read: {error}"
        return
    yield from template_faults(name, source, environment)


def _is_there(name: str, environment: Environment) -> bool:
    if environment.loader is None or name.startswith("parent/"):
        return True
    try:
        environment.loader.get_source(environment, name)
    except TemplateError:
        return False
    return True
