# SPDX-License-Identifier: Apache-2.0
"""Sealing deeds and readings: one tree, the same answer however often it was interrupted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from nadzor.actions.seal_audit import audit_log, seal_audit
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.receipts.audit_leaf import hash_of, salted
from nadzor.receipts.tiles import tile_reader
from nadzor.receipts.tree import inclusion_proof
from nadzor.records import append_only, audit, seals
from nadzor.records.reads import Reading, record_read
from nadzor_wire.merkle import verify_inclusion
from nadzor_wire.note import Checkpoint, open_note

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def deeds(count: int, start: int = 0) -> None:
    """Some deeds."""
    with transaction.atomic():
        for number in range(start, start + count):
            audit.record(
                "test.thing.do", f"thing {number}", by="head", because="b", now=NOW, share=number / 7
            )


def reads(count: int) -> None:
    """Some readings."""
    for number in range(count):
        record_read(
            Reading(
                by="inspector", role="inspector", way="portal", route="device", subject="device ai-001",
                device="ai-001", rows=number,
            ),
            now=NOW + timedelta(seconds=number),
        )  # fmt: skip


def held(home: Home) -> Checkpoint:
    """The checkpoint that the world is shown."""
    log = audit_log(home)
    found = log.files.published(log.vkey)
    assert found is not None
    return found


@pytest.mark.django_db
def test_every_row_has_its_leaf(home: Home) -> None:
    """Each deed and each reading is proved under the published checkpoint, from the public tiles alone."""
    deeds(3)
    reads(300)
    assert seal_audit(home, now=NOW) == "sealed 303 rows"
    deeds(2, start=3)
    assert seal_audit(home, now=NOW) == "sealed 2 rows"
    log, shown = audit_log(home), held(home)
    read = tile_reader(shown.size, lambda tile: log.files.get(tile) or b"")
    rows = [row for card in seals.seals() for row in seals.rows_of(card)]
    assert [row.kind for row in rows[:4]] == ["deed", "deed", "deed", "read"]
    assert len(rows) == shown.size == 305
    for index in (0, 2, 3, 255, 256, 304):
        proof = inclusion_proof(index, shown.size, read)
        leaf = hash_of(salted(rows[index], log.secret))
        assert verify_inclusion(leaf, index, shown.size, proof, shown.root)


@pytest.mark.django_db
def test_nothing_new_signs_nothing(home: Home) -> None:
    """Without new rows there is no step; an empty house has no checkpoint."""
    assert seal_audit(home, now=NOW) is None
    assert audit_log(home).files.note() is None
    deeds(1)
    seal_audit(home, now=NOW)
    before = seals.last_seal()
    assert seal_audit(home, now=NOW + timedelta(hours=1)) is None
    assert seals.last_seal() == before


@pytest.mark.django_db
def test_lost_tiles_are_made_again(home: Home) -> None:
    """Tiles that are lost or altered are made anew from the rows and give the root that was signed."""
    deeds(5)
    reads(270)
    seal_audit(home, now=NOW)
    log = audit_log(home)
    for place in (log.files.root / "tile").rglob("*"):
        if place.is_file():
            place.unlink()
    deeds(1, start=5)
    seal_audit(home, now=NOW)
    assert held(home).size == 276
    assert seals.last_seal().size == 276


@pytest.mark.django_db
def test_a_restored_house_signs_under_its_new_name(home: Home) -> None:
    """Where the house begins another log, the tree goes on and its checkpoint carries the new name."""
    deeds(2)
    seal_audit(home, now=NOW)
    renamed = home._with(origin="nadzor.local/log-2")
    deeds(1, start=2)
    seal_audit(renamed, now=NOW)
    log = audit_log(renamed)
    told = Checkpoint.parse(open_note(log.files.note() or "", log.vkey))
    assert (told.origin, told.size) == ("nadzor.local/log-2/audit", 3)


@pytest.mark.django_db
def test_no_broken_chain_is_signed(home: Home) -> None:
    """A deed that was changed before it was sealed stops the sealing and is named."""
    deeds(3)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_never_update")
        cursor.execute("UPDATE records_auditentry SET because = 'another' WHERE seq = 2")
    append_only.install(connection)
    with pytest.raises(Refusal) as refused:
        seal_audit(home, now=NOW)
    assert (refused.value.code, refused.value.facts["seq"]) == ("audit.broken", 2)


@pytest.mark.django_db
def test_a_shorter_base_is_not_signed(home: Home) -> None:
    """Where more was published than the database holds, nothing is signed any more."""
    deeds(2)
    seal_audit(home, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_auditseal")
    deeds(1, start=2)
    with pytest.raises(Refusal) as refused:
        seal_audit(home, now=NOW)
    assert refused.value.code == "audit.behind"


@pytest.mark.django_db
def test_a_rewritten_base_is_not_signed(home: Home) -> None:
    """Where the rows give another root than the one signed, nothing is signed over it."""
    deeds(2)
    seal_audit(home, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER records_auditseal_never_update")
        cursor.execute("UPDATE records_auditseal SET root = %s", ["A" * 43 + "="])
    append_only.install(connection, ("records_auditseal",))
    with pytest.raises(Refusal) as refused:
        seal_audit(home, now=NOW)
    assert refused.value.code == "audit.rewritten"
