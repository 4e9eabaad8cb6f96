"""The core's routes: which module brings them, and where they mount."""

from __future__ import annotations

from quart import Blueprint

from spoeq_core.web import files, health
from spoeq_core.web.admin import session
from spoeq_core.web.api import auth, document, me
from spoeq_core.web.storefront import account, recovery

API: tuple[Blueprint, ...] = (document.blueprint, auth.blueprint, me.blueprint)
PAGES: tuple[Blueprint, ...] = (files.blueprint, health.blueprint, account.blueprint, recovery.blueprint)
ADMIN: tuple[Blueprint, ...] = (session.blueprint,)
