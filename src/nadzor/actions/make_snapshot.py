# SPDX-License-Identifier: Apache-2.0
"""Make the files of open sets that changed, once a day, and put their digests into the chain of deeds."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import msgspec
from django.db import transaction

from nadzor.actions.open_shelf.formats import files_of
from nadzor.actions.open_shelf.kept import sha256_of, shelf_room
from nadzor.base.clock import moscow_date
from nadzor.base.durable import sync_directory, write_new
from nadzor.base.home import Home
from nadzor.disclosure.asking.sets import Row, open_set, shelf
from nadzor.disclosure.asking.snapshot import MANIFEST, Manifest, file_card, snapshot_name
from nadzor.records import audit
from nadzor.records.models import OpenRow

VERB = "open.snapshot.make"
BECAUSE = "the set changed since its last snapshot"


def make_snapshots(home: Home, *, now: datetime) -> list[str]:
    """Make what is due: of each set that changed, unless one of today is there; returns their names."""
    return [f"{name}/{made}" for name in shelf().sets if (made := make_snapshot(home, name, now=now))]


@transaction.atomic
def make_snapshot(home: Home, name: str, *, now: datetime, anew: bool = False) -> str:
    """Make the snapshot of a set as it is published now; "" when none is due.

    `anew`: also a second one of the same day.
    Raises: Refusal open.set-unknown.
    """
    newest = OpenRow.objects.filter(shelf=name).order_by("-change").first()
    if newest is None:
        return ""
    made = snapshot_name(newest.change, newest.at)
    told = audit.entries(object=f"open set {name}", verb=VERB, limit=1)
    if told and (told[0].facts["snapshot"] == made or not (anew or _is_past(told[0].at, now))):
        return ""
    files = _files(name, newest.at)
    manifest = _manifest(name, newest, files)
    digests = {card.name: card.sha256 for card in manifest.files}
    page = msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
    audit.record(
        VERB, f"open set {name}", by="house", because=BECAUSE, now=now, snapshot=made, change=newest.change,
        rows=manifest.rows, files=digests, manifest=sha256_of(page),
    )  # fmt: skip
    _keep(shelf_room(home, name) / made, {**files, MANIFEST: page})
    return made


def _is_past(at: datetime, now: datetime) -> bool:
    return moscow_date(at) < moscow_date(now)


def _files(name: str, at: datetime) -> dict[str, bytes]:
    return files_of(open_set(name), shelf(), _rows(name), at=at)


def _rows(name: str) -> list[Row]:
    rows = OpenRow.objects.filter(shelf=name, content__isnull=False).values_list("key", "content")
    key = open_set(name).key
    return [content for _, content in sorted(rows, key=lambda row: (_number(row[1][key]), row[0]))]


def _number(key: object) -> int:
    """Rows keyed by numbers stand in the order of numbers."""
    return key if isinstance(key, int) else 0


def _manifest(name: str, newest: OpenRow, files: dict[str, bytes]) -> Manifest:
    told = shelf()
    return Manifest(
        set=name, edition=told.edition, snapshot=snapshot_name(newest.change, newest.at),
        change=newest.change, at=newest.at, rows=files["rows.ndjson"].count(b"\n"), license=told.licence,
        license_url=told.licence_url, files=tuple(file_card(each, files[each]) for each in files),
    )  # fmt: skip


def _keep(place: Path, files: dict[str, bytes]) -> None:
    """Put a snapshot in its place whole, or not at all.

    Why: one that lies there already, from a run that was cut off before its deed was recorded, holds the
    same bytes by construction and stays.
    """
    if place.exists():
        return
    fresh = place.with_name(f".{place.name}.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in files.items():
        write_new(fresh / name, content)
    sync_directory(fresh)
    fresh.rename(place)
    sync_directory(place.parent)
