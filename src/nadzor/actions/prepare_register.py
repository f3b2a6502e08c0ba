# SPDX-License-Identifier: Apache-2.0
"""Bring a data directory's register to the tables of this release, and record it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from nadzor.actions.copies.moment import copy_database
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.write_editions import remember
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register.revisions import without_editions

UNFINISHED: Final = ".register.unfinished"
FORMER: Final = "register.before.sqlite3"


def prepare_register(home: Home, *, now: datetime) -> int:
    """Apply what is missing and publish a first key directory. Returns how many migrations were applied.

    Entries made before the register had a memory get their first editions.
    Why: the doors start as separate processes at once; one migrates, the others wait and find nothing to do.
    A mark stands until all is said, so that one that is killed in between is finished by the next.
    Raises: Refusal register.gone where keys were published and the register they came from is not there.
    """
    mark = home.root / UNFINISHED
    if not _missing() and not mark.exists():
        return 0
    with alone(home.root / ".register.lock"):
        missing = _missing()
        if missing:
            _must_not_be_gone(home)
            _keep_former(home, mark)
            write_atomic(mark, b"", mode=0o600)
            call_command("migrate", verbosity=0, interactive=False)
        if mark.exists():
            _record(home, len(missing), now)
            publish_directory(home, now=now)
            mark.unlink()
    return len(missing)


def migration_sql() -> str:
    """The SQL that `prepare_register` would run, as a text; steps in Python are named, not shown."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "\n".join(executor.loader.collect_sql(plan))


def _keep_former(home: Home, mark: Path) -> None:
    """Keep the register as it was before, once an upgrade: the way back while nothing was written since."""
    former = home.root / FORMER
    if mark.exists() or not home.database.is_file():
        return
    former.unlink(missing_ok=True)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as source:
        copy_database(source, former, what="register", bar=None)


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
