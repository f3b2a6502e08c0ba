# SPDX-License-Identifier: Apache-2.0
"""Publish what changed of the open sets, each row under a new change number; what is gone leaves a mark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import Max

from nadzor.actions.open_shelf.sources import SOURCES, Source, stamp
from nadzor.base.home import Home
from nadzor.disclosure.asking.sets import Row, open_set
from nadzor.records.models import OpenRow, OpenShelf


def publish_open_rows(home: Home, *, now: datetime) -> int:
    """Bring every open set up to date; returns how many rows changed.

    Why: rows are read from what was published here, so that a change number, a page and a file always speak
    of the same rows, and an embargo or a withdrawal reaches every format at once.
    """
    return sum(_publish(home, name, source, now) for name, source in SOURCES.items())


@transaction.atomic
def _publish(home: Home, name: str, source: Source, now: datetime) -> int:
    stand = OpenShelf.objects.select_for_update().filter(shelf=name).first()
    rests_on = stamp(source, now)
    if stand is not None and stand.stamp == rests_on:
        OpenShelf.objects.filter(shelf=name).update(checked_at=now)
        return 0
    changed = _write(name, source.rows(home, now), now)
    OpenShelf.objects.update_or_create(
        shelf=name,
        defaults={"stamp": rests_on, "checked_at": now}
        | ({"changed_at": now} if changed or stand is None else {}),
    )
    return changed


def _write(name: str, rows: Iterator[Row], now: datetime) -> int:
    known = {row.key: row for row in OpenRow.objects.filter(shelf=name)}
    last, key = _last_change(), open_set(name).key
    fresh: list[OpenRow] = []
    for content in rows:
        found = known.pop(str(content[key]), None)
        told = digest(content)
        if found is None or found.digest != told:
            last += 1
            fresh.append(_row(name, str(content[key]), content, last, now))
    for gone in (row for row in known.values() if row.content is not None):
        last += 1
        fresh.append(_row(name, gone.key, None, last, now))
    OpenRow.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["shelf", "key"],
        update_fields=["change", "at", "content", "digest"],
        batch_size=200,
    )
    return len(fresh)


def digest(content: Row | None) -> str:
    """The SHA-256 of a row's canonical JSON; of a row that is gone, of `null`."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _row(name: str, key: str, content: Row | None, change: int, now: datetime) -> OpenRow:
    return OpenRow(shelf=name, key=key, content=content, change=change, at=now, digest=digest(content))


def _last_change() -> int:
    """The greatest number given out; the writer's lock of the transaction keeps two from taking one."""
    return OpenRow.objects.aggregate(last=Max("change"))["last"] or 0
