# SPDX-License-Identifier: Apache-2.0
"""Publish the signed key directory that the gateway reads."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.note_outage import note_silence
from nadzor.base.directory import Directory, issue, open_directory, seal_directory
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register import queries
from nadzor.register.models import PublishedDirectory


@transaction.atomic
def publish_directory(home: Home, *, now: datetime) -> Directory:
    """Sign and write the directory as the register stands now; its serial only grows.

    Why: written while the register's write lock is held, so that of two publishers none puts an older state
    over a newer one; counted from the file as well, so that a restored database cannot go back.  Routine
    republication is not a deed: only a changed content is recorded.  A late one proves an outage of ours.
    """
    row, _ = PublishedDirectory.objects.select_for_update().get_or_create(
        id=1, defaults={"serial": 0, "issued_at": now}
    )
    note_silence(row.issued_at, now=now)
    before = _published(home)
    directory = issue(
        max(row.serial, before.serial if before else 0) + 1, queries.directory_entries(), now=now
    )
    row.serial, row.issued_at = directory.serial, now
    row.save()
    if before is None or before.installations != directory.installations:
        because = f"{len(directory.installations)} installations may report"
        audit.record(
            "register.directory.publish", str(directory.serial), by="house", because=because, now=now
        )
    write_atomic(home.directory, seal_directory(directory, home.key("directory")))
    return directory


def _published(home: Home) -> Directory | None:
    try:
        return open_directory(home.directory.read_bytes(), home.settings.directory_key)
    except (FileNotFoundError, Refusal):
        return None
