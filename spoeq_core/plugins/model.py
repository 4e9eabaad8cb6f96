"""What a shop knows of a plugin beside whether it is on, and what follows from it: what must run, why it is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Done:
    """A migration that has run."""

    number: int
    title: str
    at: datetime
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """The last migration that failed; `details` is its traceback, `attempts` counts how often it was tried."""

    number: int
    title: str
    error: str
    at: datetime
    attempts: int = 1
    details: str = ""


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """Of one plugin.

    Attributes:
        name: The plugin's.
        version: That the shop last served; empty if it never did.
        previous: That it served before; empty until the first upgrade.
        upgraded_at: When the version changed last (UTC).
        migrations: That have run, in their order.
        failure: Of the next one, if it failed.
        lease_until: When whoever runs migrations now is believed dead, unless it says otherwise; None: nobody does.
        collections: Of the database that belong to the plugin.
        hooks: That the version last served answers.
    """

    name: str
    version: str = ""
    previous: str = ""
    upgraded_at: datetime | None = None
    migrations: tuple[Done, ...] = ()
    failure: Failure | None = None
    lease_until: datetime | None = None
    collections: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()

    @property
    def numbers(self) -> frozenset[int]:
        """Of the migrations that have run."""
        return frozenset(done.number for done in self.migrations)


class Numbered(Protocol):
    """A migration, as far as rules look at it."""

    @property
    def number(self) -> int:
        """Its place."""
        ...

    @property
    def title(self) -> str:
        """For staff."""
        ...


def unknown_to(migrations: Sequence[Numbered], record: PluginRecord) -> list[Done]:
    """Those that have run and that the installed version does not bring: it is older than the data."""
    brought = {migration.number for migration in migrations}
    return [done for done in record.migrations if done.number not in brought]


def why_held(version: str, migrations: Sequence[Numbered], record: PluginRecord) -> str:
    """Why a plugin that is on must not serve yet; empty if it may."""
    if newer := unknown_to(migrations, record):
        return downgraded(record, version, newer)
    waiting = [migration for migration in migrations if migration.number not in record.numbers]
    if record.failure is not None and any(migration.number == record.failure.number for migration in waiting):
        return failed(record.failure)
    if waiting:
        return f"Migration {waiting[0].number} has not run yet: {waiting[0].title}."
    return ""


def failed(failure: Failure) -> str:
    """The sentence for a migration that failed."""
    return f"Migration {failure.number} ({failure.title}) failed: {failure.error}"


def downgraded(record: PluginRecord, version: str, newer: Sequence[Done]) -> str:
    """The sentence for a version that is older than the data."""
    numbers = ", ".join(str(done.number) for done in newer)
    return (
        f"Version {version or '?'} of {record.name!r} does not know migration {numbers}, which has run here: "
        f"the data is of version {record.version or '?'}."
    )
