# SPDX-License-Identifier: Apache-2.0
"""File what the journal's ledgers show about a sender, and ask its maker: once for each finding."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.integrity import CONFLICT, IntegrityNote, find_integrity
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.register.integrity import integrity_text
from nadzor.register.models import Installation, InstallationKey, IntegrityFinding

VERB: Final = "register.integrity.note"


def note_integrity(home: Home, *, now: datetime) -> int:
    """File what is new, bring the facts of the rest up to date. Returns the number of new findings.

    Why: a finding is told when it is filed; a sender that goes on is one finding with larger figures.
    """
    try:
        with closing(open_reader(home)) as reader:
            found = find_integrity(reader, owners=_owners(reader))
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return 0
    known = _installations(found)
    return sum(_file(note, known[note.installation], now) for note in found if note.installation in known)


@transaction.atomic
def _file(note: IntegrityNote, installation: Installation, now: datetime) -> bool:
    row, is_new = IntegrityFinding.objects.get_or_create(
        kind=note.kind,
        installation=installation,
        subject=note.subject,
        defaults={"facts": note.facts, "found_at": now},
    )
    if not is_new:
        if row.facts != note.facts:
            IntegrityFinding.objects.filter(id=row.id).update(facts=note.facts)
        return False
    _tell(row, now)
    audit.record(
        VERB, installation.pk, by="house", because=note.kind, now=now, subject=note.subject, **note.facts
    )
    return True


def _tell(row: IntegrityFinding, now: datetime) -> None:
    """Tell the maker, its representative and the inspectors."""
    maker = row.installation.device.maker
    text, subject = integrity_text(row), f"integrity {row.installation_id}"
    for side in (maker, maker.represented_by):
        if side is not None:
            notices.to_organisation(side.code, subject=subject, text=text, now=now)
    notices.to_role(Role.INSPECTOR.value, subject=subject, text=text, now=now)


def _owners(reader: Reader) -> dict[str, str]:
    """The installation of every key whose batch conflicted."""
    named = {batch.keyid for batch in reader.refusals() if batch.code == CONFLICT and batch.keyid}
    rows = InstallationKey.objects.filter(keyid__in=named).values_list("keyid", "installation_id")
    return dict(rows)


def _installations(found: Iterable[IntegrityNote]) -> dict[str, Installation]:
    named = {note.installation for note in found}
    rows = Installation.objects.select_related("device__maker__represented_by").filter(pk__in=named)
    return {row.pk: row for row in rows}
