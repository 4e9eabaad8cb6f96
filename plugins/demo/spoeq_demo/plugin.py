"""The demo shop: its commands are entry points of `spoeq.commands`, and it adds nothing to a running shop."""

from __future__ import annotations

from spoeq_core.sdk import Manifest

manifest = Manifest(
    name="demo",
    title="Demo shop",
    description="A believable catalogue, demo accounts, and the commands `spoeq demo` and `spoeq seed`.",
)
