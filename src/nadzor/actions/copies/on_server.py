# SPDX-License-Identifier: Apache-2.0
"""The journal of a house that is put back, carried from its file to a server and proved there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from nadzor.base.durable import sync_directory
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.fault import Fault
from nadzor.journal.postgres import PostgresStore
from nadzor.journal.snapshot import Snapshot
from nadzor.journal.staging import must_be_empty, stage, unstage
from nadzor.journal.store import Unreadable
from nadzor.journal.where import journal_address

from .check import find_log_faults
from .manifest import LogLine, Manifest
from .moment import JOURNAL, SANDBOX_JOURNAL

LOST_KEY: Final = "its key is gone and was never shredded"
_SCHEMAS: Final = {JOURNAL: "journal", SANDBOX_JOURNAL: "sandbox"}


def must_be_free(url: str) -> None:
    """Refuse a server on which nothing could be put back, before anything is.

    Raises: Refusal journal.address, journal.away, journal.careless-server, restore.server-not-empty.
    """
    must_be_empty(journal_address(url))


def put_on_server(to: Path, made: Manifest, url: str, *, body_keys: BodyKeys | None = None) -> dict[str, str]:
    """Carry the logs over, out of sight of every house; the names under which they wait, by schema.

    The files are proved already; they go when the server holds the same tree and as many rows, and, with
    `body_keys`, when every body opens there as well.  The log of test streams is carried where it goes on.
    Raises: as `must_be_free`, and restore.damaged.
    """
    logs = {_SCHEMAS[log.journal]: log for log in made.logs if log.journal == JOURNAL or made.final}
    try:
        staged = stage(url, {schema: to / log.journal for schema, log in logs.items()})
    except Unreadable as error:
        raise Refusal("restore.damaged", faults=1, first=f"journal : {error}") from error
    faults = list(find_log_faults(PostgresStore(url, staged["journal"]), logs["journal"], body_keys))
    faults = [fault for fault in faults if fault.detail != LOST_KEY]  # counted where the file was proved
    for schema, log in logs.items():
        faults += _faults(url, staged[schema], log, made)
    if faults:
        unstage(url, staged)
        raise Refusal("restore.damaged", faults=len(faults), first=f"{faults[0].what} : {faults[0].detail}")
    for log in logs.values():
        (to / log.journal).unlink()
        sync_directory((to / log.journal).parent)
    return staged


def _faults(url: str, name: str, log: LogLine, made: Manifest) -> Iterator[Fault]:
    """What the server holds against what was copied: the tree from its leaves, every count."""
    store = PostgresStore(url, name)
    yield from find_log_faults(store, log) if log.journal != JOURNAL else ()
    with closing(Snapshot(store)) as seen:
        seen.begin()
        for table, number in seen.counts().items():
            stated = made.rows.get(f"{log.journal}:{table}")
            if number != stated:
                yield Fault("rows", None, f"{name}.{table}: {stated} were copied, {number} are here")
