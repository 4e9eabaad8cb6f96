"""Whether a theme can override what a plugin draws: a child theme overrides each template, and pages must show that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from spoeq_core.plugins.lifecycle import save_settings
from spoeq_core.testing.check.child import child_of, mark, pages_of
from spoeq_core.testing.check.lab import STAFF_PAGES, Bench, Lab
from spoeq_core.testing.check.lifecycle import works
from spoeq_core.testing.check.model import Fault, Skipped
from spoeq_core.testing.check.subject import Subject
from spoeq_core.web.themes.installed import FACES

Parts = Sequence[str]
"""What a template says of its own, in the order in which a page shows it."""
TELLING = 16
"""Letters of its own by which a template is known in a page."""
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_BEGIN = r"{%-?\s*(?:if|for|macro|call|trans)\b"
SOMETIMES = re.compile(
    r"{%-?\s*(if|for|macro|call|trans)\b(?:(?!" + _BEGIN + r").)*?{%-?\s*end\1\b.*?%}",
    re.DOTALL,
)


async def check(subject: Subject, lab: Lab) -> Sequence[Fault]:
    """Each of its templates that a walk through the shop shows is the child theme's."""
    known = {name: parts_of(path.read_text("utf-8")) for name, path in pages_of(subject)}
    known = {name: parts for name, parts in known.items() if sum(map(len, parts)) >= TELLING}
    if not known:
        raise Skipped("it has no templates with markup of their own")
    bench = await lab.bench()
    await _walk_without(bench)
    without = [_plain(text) for _, _, text in bench.seen]
    known = {name: parts for name, parts in known.items() if not any(shows(page, parts) for page in without)}
    bench.seen.clear()
    await _show(bench, {f"{face}_theme": child_of(face) for face in FACES})
    try:
        await works(bench)
    finally:
        await _show(bench, {f"{face}_theme": face for face in FACES})
    return [Fault(text) for text in _drawn_past(bench, known)]


def parts_of(source: str) -> Parts:
    """What stands in each page that a template draws as it stands there."""
    always = source
    while (less := SOMETIMES.sub("{{}}", always)) != always:
        always = less
    return [part for part in map(_plain, JINJA.split(always)) if part]


def shows(page: str, parts: Parts) -> bool:
    """Whether a page has all of them in their order."""
    at = 0
    for part in parts:
        at = page.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


async def _walk_without(bench: Bench) -> None:
    """See what the shop's own pages look like: markup that they have, too, tells nothing."""
    await bench.disable()
    try:
        await bench.browse()
        for path in STAFF_PAGES:
            await bench.page(bench.admin, path)
    finally:
        await bench.enable()


async def _show(bench: Bench, themes: Mapping[str, str]) -> None:
    await save_settings(bench.running.shop, "core", themes)


def _drawn_past(bench: Bench, known: Mapping[str, Parts]) -> Iterator[str]:
    pages = {path: _plain(text) for path, _, text in bench.seen}
    for name, parts in known.items():
        past = [path for path, page in pages.items() if mark(name) not in page and shows(page, parts)]
        if past:
            yield f"{past[0]} shows templates/{name} though the theme overrides it"


def _plain(text: str) -> str:
    return " ".join(text.split())
