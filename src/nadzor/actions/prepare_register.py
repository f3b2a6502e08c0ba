# SPDX-License-Identifier: Apache-2.0
"""Bring a data directory's register to the tables of this release, and record it."""

from __future__ import annotations

from datetime import datetime

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.write_editions import remember
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register.revisions import without_editions


def prepare_register(home: Home, *, now: datetime) -> int:
    """Apply what is missing and publish a first key directory. Returns how many migrations were applied.

    Entries made before the register had a memory get their first editions.
    Why: the doors start as separate processes at once; one migrates, the others wait and find nothing to do.
    Raises: Refusal register.gone where keys were published and the register they came from is not there.
    """
    if not _missing():
        return 0
    with alone(home.root / ".register.lock"):
        missing = _missing()
        if missing:
            _must_not_be_gone(home)
            call_command("migrate", verbosity=0, interactive=False)
            _record(home, len(missing), now)
            publish_directory(home, now=now)
    return len(missing)


def _must_not_be_gone(home: Home) -> None:
    """Why: a house that published its keys had a register; an empty one in its place looks like truth."""
    if home.directory.exists() and not MigrationExecutor(connection).loader.applied_migrations:
        raise Refusal("register.gone")


def _missing() -> list[object]:
    executor = MigrationExecutor(connection)
    return list(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@transaction.atomic
def _record(home: Home, applied: int, now: datetime) -> None:
    remember(without_editions(), by="house", now=now)
    because = f"release with {applied} new migrations"
    audit.record(
        "house.register.prepare",
        home.settings.origin,
        by="console",
        because=because,
        now=now,
        applied=applied,
    )
