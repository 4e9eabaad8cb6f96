"""`python -m spoeq_core.cli`."""

from __future__ import annotations

from spoeq_core.cli import main

main()
