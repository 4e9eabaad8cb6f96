"""Renders a theme's templates without the server, and audits what they print.

The filters are the web edge's own; its globals are replaced by small ones of the same names and arguments, so that a
theme can be worked on and tested alone.
"""

import gzip
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from spoeq_core.web.composed import SectionDrawer
from spoeq_core.web.drawing import draw
from spoeq_core.web.parts import PartDrawer
from spoeq_core.web.templating import build_environment
from spoeq_core.web.themes import CORE, load_theme
from spoeq_core.web.themes.choices import Choices
from spoeq_core.web.themes.contract import own_templates
from spoeq_core.web.themes.design import read_design
from spoeq_core.web.themes.look import look_at

HERE = Path(__file__).parent
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
NEEDS_LABEL = frozenset({"input", "select", "textarea"})
INTERACTIVE = frozenset({"a", "button", "label", "summary"})


class Stage:
    """One theme's templates, ready to be rendered.

    Attributes:
        folder: the theme's package, holding ``templates`` and ``static``.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.folder = folder
        theme = load_theme(name, folder)
        self.look = look_at(theme, read_design([theme], {}), Choices())
        self._env = build_environment(
            [theme.templates, CORE],
            {
                "url": lambda path: path,
                "static": lambda path: f"/static/{path}?v=1",
                "plugin_static": lambda plugin, path: f"/static/plugins/{plugin}/{path}?v=1",
                "csrf_field": lambda: Markup('<input type="hidden" name="csrf_token" value="t">'),
            },
        )

    @property
    def templates(self) -> list[str]:
        """The names of the theme's own templates."""
        return own_templates(self.look.theme)

    async def render(self, template: str, context: Mapping[str, Any], slots: Mapping[str, str] | None = None) -> str:
        """The page as a browser would get it.

        Args:
            template: its name in the theme.
            context: what the web edge would pass.
            slots: what plugins would print, by slot name.
        """

        async def slot(name: str, **_context: Any) -> Markup:
            return Markup((slots or {}).get(name, ""))  # noqa: S704 - written by the tests themselves

        async def of_rows(name: str, rows: Sequence[Mapping[str, Any]], **_context: Any) -> dict[str, Markup]:
            shown = Markup((slots or {}).get(name, ""))  # noqa: S704 - written by the tests themselves
            return defaultdict(Markup, {row["id"]: shown for row in rows} if shown else {})

        async def failed(_name: str, error: Exception) -> None:
            raise error

        values = {"theme": self.look.view(), "slot": slot, "slots": of_rows, **context}
        values |= PartDrawer(None, self.look.theme.name, self._env, values).functions()
        drawer = SectionDrawer([self._env], values, failed)
        return await draw(self._env.get_template(template), {**values, **drawer.functions()})


class Audit(HTMLParser):
    """Collects what a page must not do: the rules of the design brief that markup alone can show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.targets: set[str] = set()
        self.unnamed: list[tuple[str, str]] = []
        self.headings: list[int] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = {name: value or "" for name, value in attrs}
        self._note_rules(tag, given)
        self._note_nesting(tag)
        self._note_references(tag, given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the element that is open, or tells that another one is."""
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keeps the visible words."""
        if "script" not in self.open:
            self.text.append(data)

    def _note_rules(self, tag: str, given: dict[str, str]) -> None:
        if "style" in given or tag == "style":
            self.problems.append(f"inline style on <{tag}>")
        self.problems += [f"inline handler {name} on <{tag}>" for name in given if name.startswith("on")]
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.problems.append("inline script")
        if tag == "img" and not {"alt", "width", "height"} <= given.keys():
            self.problems.append(f"<img {given.get('src')}> without alt, width or height")
        if len(tag) == len("h1") and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))

    def _note_nesting(self, tag: str) -> None:
        if tag == "form" and "form" in self.open:
            self.problems.append("a form inside a form")
        if tag in {"a", "button"} and INTERACTIVE & set(self.open):
            self.problems.append(f"<{tag}> inside <{next(name for name in self.open if name in INTERACTIVE)}>")
        if tag == "div" and {"p", "span"} & set(self.open):
            self.problems.append("a <div> inside a <p> or <span>")

    def _note_references(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label":
            self.labels.add(given.get("for", ""))
        if given.get("href", "").startswith("#"):
            self.targets.add(given["href"][1:])
        self.targets.update(given.get("aria-describedby", "").split())
        self.targets.update(given.get("aria-labelledby", "").split())
        hidden = given.get("type") in {"hidden", "submit", "button"}
        named = "label" in self.open or "aria-label" in given
        if tag in NEEDS_LABEL and not hidden and not named:
            self.unnamed.append((tag, given.get("id", "")))

    def verdict(self, h1: int = 1) -> list[str]:
        """All problems of the page; the slots of plugins may be targets that this theme does not print."""
        found = list(self.problems)
        found += [f"no label for {tag}#{name}" for tag, name in self.unnamed if name not in self.labels]
        found += [f"id {name!r} is there twice" for name in {n for n in self.ids if self.ids.count(n) > 1}]
        found += [f"#{name} leads nowhere" for name in self.targets - set(self.ids) - {"reviews"}]
        if self.headings.count(1) != h1:
            found.append(f"{self.headings.count(1)} h1")
        found += [f"<{tag}> is left open" for tag in self.open]
        return found


@pytest.fixture
def audit() -> Callable[[str], list[str]]:
    """The problems of a page's markup, as sentences; none is good."""

    def run(html: str) -> list[str]:
        page = Audit()
        page.feed(html)
        page.close()
        return page.verdict()

    return run


@pytest.fixture
def words() -> Callable[[str], str]:
    """What a page says, without its markup."""

    def run(html: str) -> str:
        page = Audit()
        page.feed(html)
        return " ".join("".join(page.text).split())

    return run


@pytest.fixture(scope="session")
def storefront() -> Stage:
    """The theme Neel."""
    return Stage("storefront", HERE / "storefront" / "spoeq_theme_storefront")


@pytest.fixture(scope="session")
def admin() -> Stage:
    """The theme Bahi."""
    return Stage("admin", HERE / "admin" / "spoeq_theme_admin")


class Stylesheet:
    """The tokens and the habits of one stylesheet."""

    LIGHT = re.compile(r":root \{(.*?)\n\}", re.DOTALL)
    DARK = re.compile(r":root(?::not\(\[data-scheme=\"light\"\]\)|\[data-scheme=\"dark\"\]) \{([^}]*--c-bg[^}]*)\}")
    TOKEN = re.compile(r"--([\w-]+):\s*([^;]+);")

    def __init__(self, path: Path) -> None:
        self.text = path.read_text(encoding="utf-8")
        self.rules = re.sub(r"/\*.*?\*/", "", self.text, flags=re.DOTALL)

    @property
    def light(self) -> dict[str, str]:
        """The tokens in daylight."""
        return dict(self.TOKEN.findall("".join(self.LIGHT.findall(self.rules)[:1])))

    @property
    def darks(self) -> list[dict[str, str]]:
        """The tokens at night: as the device asks, and as the visitor chose."""
        return [dict(self.TOKEN.findall(block)) for block in self.DARK.findall(self.rules)]

    @property
    def classes(self) -> set[str]:
        """All class names that have a rule."""
        return set(re.findall(r"\.([a-z][\w-]*)", self.rules))

    @property
    def weight(self) -> int:
        """Bytes on the wire."""
        return len(gzip.compress(self.text.encode()))

    def faults(self) -> list[str]:
        """What would not work on an old phone or under the content security policy."""
        used = set(re.findall(r"var\(--([\w-]+)", self.rules))
        found = [f"--{name} is not defined" for name in sorted(used - set(self.light))]
        bad = {"&": "nesting", "light-dark(": "light-dark()", "@import": "an import", "http": "a foreign address"}
        return found + [f"the stylesheet uses {what}" for sign, what in bad.items() if sign in self.rules]


@pytest.fixture(scope="session")
def stylesheet() -> type[Stylesheet]:
    """Reads a theme's stylesheet."""
    return Stylesheet


DARK_PART = 0.04045


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 computes it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.strip().lstrip("#")
    pairs = [digits[n : n + 2] for n in (0, 2, 4)] if len(digits) == len("rrggbb") else [d * 2 for d in digits]
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = [part / 12.92 if part <= DARK_PART else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


TEXTS = ("text", "muted", "accent", "ok", "warn", "danger")
PAIRS = [
    *((ink, paper, 4.5) for ink in TEXTS for paper in ("bg", "surface", "sunken")),
    *((state, f"{state}-soft", 4.5) for state in ("accent", "ok", "warn", "danger")),
    *(("text", f"{state}-soft", 4.5) for state in ("accent", "ok", "warn", "danger")),
    *(("control", paper, 3.0) for paper in ("bg", "surface", "sunken")),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
]


@pytest.fixture(scope="session")
def too_faint() -> Callable[[Mapping[str, str]], list[str]]:
    """The pairs of tokens that are too close to be read, as sentences."""

    def run(tokens: Mapping[str, str]) -> list[str]:
        return [
            f"{ink} on {paper}: {contrast(tokens[f'c-{ink}'], tokens[f'c-{paper}']):.2f} < {least}"
            for ink, paper, least in PAIRS
            if contrast(tokens[f"c-{ink}"], tokens[f"c-{paper}"]) < least
        ]

    return run
