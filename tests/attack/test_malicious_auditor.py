# SPDX-License-Identifier: Apache-2.0
"""An operator who holds the database, and then every key, tries to change what was done and read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.db import DatabaseError, connection, transaction

from nadzor.actions.seal_audit import audit_log, seal_audit
from nadzor.actions.verify_audit import verify_audit
from nadzor.base.home import Home
from nadzor.receipts.following import compare, grow
from nadzor.receipts.tree import Frontier
from nadzor.records import append_only, audit
from nadzor.records.chain import GENESIS, entry_hash
from nadzor.records.models import AuditEntry
from nadzor.records.reads import Reading, record_read
from nadzor_wire.note import Checkpoint, note_text, open_note, sign_note

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
TABLES: Final = ("records_auditentry", "records_readentry", "records_auditseal")


@pytest.fixture
def house(home: Home, db: None) -> Home:
    """Deeds and readings of two mornings, sealed twice; the triggers are gone."""
    for morning in range(2):
        for number in range(5):
            with transaction.atomic():
                audit.record(
                    "test.thing.do", f"thing {number}", by="head", because="b", now=NOW, share=number / 7
                )
            _read(f"inspector-{number}", morning * 5 + number)
        seal_audit(home, now=NOW + timedelta(hours=morning))
    _drop_triggers()
    return home


def _read(by: str, number: int) -> None:
    reading = Reading(
        by=by, role="inspector", way="portal", route="device", subject="device ai-001", device="ai-001",
        rows=number,
    )  # fmt: skip
    record_read(reading, now=NOW + timedelta(seconds=number))


def _drop_triggers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def sql(*statements: str) -> Callable[[], None]:
    """What the operator types."""

    def deed() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return deed


def chain_anew() -> None:
    """Give every deed the hash that its changed chain asks for."""
    prev = GENESIS
    for row in AuditEntry.objects.order_by("seq"):
        row.prev = prev
        prev = entry_hash(audit.link_of(row))
        AuditEntry.objects.filter(seq=row.seq).update(prev=row.prev, entry=prev)


def change_and_chain() -> None:
    """Change a deed and mend the chain after it."""
    sql("UPDATE records_auditentry SET because = 'c' WHERE seq = 3")()
    chain_anew()


FORGED: Final = """INSERT INTO records_readentry
 (at, by, role, organisation, way, route, subject, device, site, rows, grounds)
 SELECT at, 'nobody', role, organisation, way, route, subject, device, site, rows, grounds
 FROM records_readentry WHERE id = (SELECT min(id) FROM records_readentry)"""
FIRST: Final = "(SELECT min(id) FROM records_readentry)"

DRILLS: Final[dict[str, tuple[Callable[[], None], set[str], str]]] = {
    "a changed deed": (
        sql("UPDATE records_auditentry SET because = 'c' WHERE seq = 3"), {"chain", "tree"}, "deed 3",
    ),
    "a changed deed under a mended chain": (change_and_chain, {"tree"}, "deed 3"),
    "a deleted deed": (sql("DELETE FROM records_auditentry WHERE seq = 2"), {"chain", "tree"}, "deed 2"),
    "a changed reading": (
        sql(f"UPDATE records_readentry SET by = 'nobody' WHERE id = {FIRST} + 1"), {"tree"}, "reading 2",
    ),
    "a deleted reading": (
        sql(f"DELETE FROM records_readentry WHERE id = {FIRST} + 2"), {"tree"}, "reading 3",
    ),
    "two readings swapped": (
        sql(
            f"UPDATE records_readentry SET by = 'inspector-1' WHERE id = {FIRST}",
            f"UPDATE records_readentry SET by = 'inspector-0' WHERE id = {FIRST} + 1",
        ), {"tree"}, "reading 1",
    ),
    "a reading put in the place of another": (
        sql(FORGED, f"UPDATE records_readentry SET by = 'nobody' WHERE id = {FIRST} + 4"),
        {"tree"}, "reading 5",
    ),
    "a reading taken out of the first seal": (
        sql("UPDATE records_auditseal SET last_read = last_read - 1 WHERE size = 10"),
        {"tree"}, "seal 1",
    ),
    "a seal with another root": (
        sql(f"UPDATE records_auditseal SET root = '{'A' * 43}=' WHERE size = 20"), {"seal", "tree"}, "seal 2",
    ),
    "a seal that is gone": (
        sql("DELETE FROM records_auditseal WHERE size = 10"), {"seal", "tree"}, "seal 2",
    ),
    "yesterday's database": (
        sql(
            "DELETE FROM records_auditseal WHERE size = 20", "DELETE FROM records_auditentry WHERE seq > 5",
            f"DELETE FROM records_readentry WHERE id > {FIRST} + 4",
        ), {"checkpoint"}, "",
    ),
}  # fmt: skip


def test_an_untouched_house_has_no_fault(house: Home) -> None:
    """The check finds nothing where nothing was done, and says what it covered."""
    found = verify_audit(house)
    assert (found.faults, found.size, found.seals, found.waiting) == ((), 20, 2, 0)


@pytest.mark.parametrize("name", DRILLS)
def test_every_change_of_the_database_is_found(house: Home, name: str) -> None:
    """Whatever is changed in the database alone is found, by the part that should, at the row where it is."""
    deed, parts, row = DRILLS[name]
    start = _starts()
    deed()
    found = verify_audit(house)
    assert found.faults
    assert {fault.part for fault in found.faults} & parts
    if row:
        kind, n = row.split()
        assert f"{kind} {int(n) + start.get(kind, 0)}" in [fault.row for fault in found.faults]


def _starts() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for kind, table in (("reading", "records_readentry"), ("seal", "records_auditseal")):
            cursor.execute(f"SELECT min(id) - 1 FROM {table}")
            found[kind] = int(cursor.fetchone()[0])
    return found


def test_triggers_refuse_raw_sql(house: Home) -> None:
    """With its triggers in place the database itself refuses to change or delete any of these rows."""
    append_only.install(connection, TABLES)
    for table, column in (
        ("records_auditentry", "by"),
        ("records_readentry", "by"),
        ("records_auditseal", "root"),
    ):
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic():
                sql(statement)()


def test_whoever_holds_all_keys_cannot_match_a_checkpoint_kept_outside(house: Home) -> None:
    """A whole history made anew adds up in the house, and contradicts checkpoint and monitor outside."""
    log = audit_log(house)
    kept = log.files.note() or ""
    seen = Checkpoint.parse(open_note(kept, log.vkey))
    change_and_chain()
    sql("DELETE FROM records_auditseal")()
    shutil.rmtree(house.audit_tiles)
    seal_audit(house, now=NOW)
    assert verify_audit(house).faults == ()
    told = verify_audit(house, kept=[kept]).faults
    assert [fault.part for fault in told] == ["kept"]
    shown = Checkpoint.parse(open_note(log.files.note() or "", log.vkey))
    alarm = compare(seen, shown)
    assert alarm is not None
    assert alarm.code == "fork"


def test_a_cut_tail_made_anew_is_found_outside(house: Home) -> None:
    """Rows, seals, tiles and checkpoint of the last hour are taken away together: the monitor sees less."""
    log = audit_log(house)
    kept = log.files.note() or ""
    seen = Checkpoint.parse(open_note(kept, log.vkey))
    DRILLS["yesterday's database"][0]()
    shutil.rmtree(house.audit_tiles)
    with transaction.atomic():
        audit.record("test.thing.do", "another thing", by="head", because="b", now=NOW)
    seal_audit(house, now=NOW)
    assert verify_audit(house).faults == ()
    told = verify_audit(house, kept=[kept]).faults
    assert "the tail was cut" in told[0].detail
    alarm = compare(seen, Checkpoint.parse(open_note(log.files.note() or "", log.vkey)))
    assert alarm is not None
    assert alarm.code == "shrunk"


def test_a_longer_history_with_another_beginning_is_found_by_a_monitor(house: Home) -> None:
    """After more rows the sizes no longer tell; adding up the public tiles does."""
    log = audit_log(house)
    seen = Checkpoint.parse(open_note(log.files.note() or "", log.vkey))
    change_and_chain()
    sql("DELETE FROM records_auditseal")()
    shutil.rmtree(house.audit_tiles)
    _read("inspector-9", 9)
    seal_audit(house, now=NOW)
    shown = Checkpoint.parse(open_note(log.files.note() or "", log.vkey))
    found = grow(Frontier(), seen, shown, lambda tile: log.files.get(tile) or b"")
    assert [alarm.code for alarm in found.alarms] == ["rewritten"]


def test_a_seal_by_another_key_is_found(house: Home, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A checkpoint that another key signed is no seal of this house, nor when it is brought in."""
    other = audit_log(Home.create(tmp_path_factory.mktemp("other") / "data"))
    kept = audit_log(house).files.note() or ""
    with connection.cursor() as cursor:
        forged = sign_note(note_text(kept), other.origin, other.key)
        cursor.execute("UPDATE records_auditseal SET checkpoint = %s WHERE size = 20", [forged])
    told = verify_audit(house, kept=[forged]).faults
    assert {fault.part for fault in told} == {"kept", "seal"}
