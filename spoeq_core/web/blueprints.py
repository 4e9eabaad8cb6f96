"""The core's routes: which module brings them, and where they mount."""

from __future__ import annotations

from quart import Blueprint

from spoeq_core.web import files, health
from spoeq_core.web.api import document

API: tuple[Blueprint, ...] = (document.blueprint,)
PAGES: tuple[Blueprint, ...] = (files.blueprint, health.blueprint)
ADMIN: tuple[Blueprint, ...] = ()
