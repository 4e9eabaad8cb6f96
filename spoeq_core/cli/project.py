"""`spoeq init`: a folder to run a shop from."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from spoeq_core import __version__
from spoeq_core.kernel.errors import Conflict

ENV = """\
# The settings of this shop. Keep this file out of git: it holds the secret.
SPOEQ_ENV=dev
SPOEQ_SECRET_KEY={secret}
SPOEQ_BASE_URL=http://127.0.0.1:8000
SPOEQ_DATA_DIR=./data
# In production name your own servers; without them the embedded ones are used.
# SPOEQ_MONGODB_URI=mongodb://user:password@host:27017/?replicaSet=rs0
# SPOEQ_REDIS_URL=redis://host:6379/0
"""
REQUIREMENTS = """\
spoeq[embedded]>={version}
spoeq-theme-storefront
spoeq-theme-admin
spoeq-cod
spoeq-flat_rate
spoeq-coupons
spoeq-email
spoeq-search
"""
IGNORE = ".env\ndata/\n.venv/\n"


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
def init(directory: Path) -> None:
    """Make DIRECTORY with the settings and requirements of a new shop."""
    files = {
        ".env": ENV.format(secret=secrets.token_urlsafe(48)),
        "requirements.txt": REQUIREMENTS.format(version=__version__),
        ".gitignore": IGNORE,
    }
    taken = [name for name in files if (directory / name).exists()]
    if taken:
        raise Conflict(f"{directory} has {', '.join(taken)} already.", hint="Choose another directory.")
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = directory / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600 if name == ".env" else 0o644)
    click.echo(
        f"A shop lies in {directory}. Next:\n"
        f"  cd {directory} && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt\n"
        "  set -a; . ./.env; set +a\n"
        "  .venv/bin/spoeq run\n"
        "and, while it runs, from a second terminal with the same settings:\n"
        "  .venv/bin/spoeq users create --role admin --email you@example.com --name You"
    )
