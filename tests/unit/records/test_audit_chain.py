# SPDX-License-Identifier: Apache-2.0
"""The chain of deeds shows every change, gap and insertion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from nadzor.records import append_only, audit
from nadzor.records.chain import GENESIS, Break, Link, breaks, entry_hash
from nadzor.records.models import AuditEntry

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def chain(length):
    """A chain of deeds with their hashes."""
    found, prev = [], GENESIS
    for seq in range(1, length + 1):
        link = Link(seq, NOW + timedelta(seconds=seq), "a.b", f"o{seq}", "x", "y", {"n": seq}, prev)
        prev = entry_hash(link)
        found.append((link, prev))
    return found


def test_a_whole_chain_holds():
    """And so does an empty one."""
    assert breaks([]) == breaks(chain(5)) == []


@given(st.integers(2, 6), st.data())
def test_a_deed_taken_out_is_seen(length, data):
    """Anywhere but at the end, where the stored head shows it."""
    found = chain(length)
    del found[data.draw(st.integers(0, length - 2))]
    assert breaks(found)


@given(st.integers(1, 6), st.data(), st.sampled_from(["verb", "object", "by", "because"]))
def test_a_deed_rewritten_is_seen(length, data, field):
    """Who, what and why are all bound."""
    found = chain(length)
    at = data.draw(st.integers(0, length - 1))
    link, stored = found[at]
    found[at] = (msgspec.structs.replace(link, **{field: "other"}), stored)
    assert Break(at + 1, "entry") in breaks(found)


def test_a_rewritten_deed_with_a_fresh_hash_is_seen():
    """The next deed still names the old hash."""
    found = chain(3)
    link = msgspec.structs.replace(found[1][0], by="other")
    found[1] = (link, entry_hash(link))
    assert breaks(found) == [Break(3, "prev")]


def test_the_hash_knows_moments_not_zones():
    """The same moment read back in another zone is the same deed."""
    link = chain(1)[0][0]
    assert entry_hash(
        msgspec.structs.replace(link, at=link.at.astimezone(ZoneInfo("Asia/Tokyo")))
    ) == entry_hash(link)


@pytest.mark.django_db
def test_deeds_are_chained_as_they_are_recorded():
    """Each stored entry names the one before it, and the stored chain verifies."""
    first = audit.record("a.b", "one", by="x", because="why", now=NOW, amount=3, days=[NOW])
    second = audit.record("a.c", "two", by="x", because="why", now=NOW)
    assert AuditEntry.objects.get(seq=2).prev == first
    assert audit.head() == (2, second)
    assert audit.verify() == []
    assert [link.verb for link in audit.entries()] == ["a.c", "a.b"]
    assert [link.facts for link in audit.entries(object="one")] == [
        {"amount": 3, "days": ["2026-11-21T09:00:00Z"]}
    ]
    assert [link.seq for link in audit.entries(verb="a.b", before=2)] == [1]
    assert [link.seq for link in audit.walk()] == [1, 2]


@pytest.mark.django_db
def test_an_empty_chain_starts_at_genesis():
    """Nothing recorded yet is a state, too."""
    assert (audit.head(), audit.verify()) == ((0, GENESIS), [])


@pytest.mark.django_db
def test_a_row_changed_behind_our_back_is_found():
    """Even when whoever did it could drop the triggers."""
    audit.record("a.b", "one", by="x", because="why", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_never_update")
        cursor.execute("UPDATE records_auditentry SET by = 'other'")
    assert audit.verify() == [Break(1, "entry")]


@pytest.mark.django_db
def test_the_database_refuses_to_change_or_delete_a_deed():
    """Raw SQL is refused as well as the model."""
    audit.record("a.b", "one", by="x", because="why", now=NOW)
    append_only.install(connection)
    for statement in ("UPDATE records_auditentry SET by = 'other'", "DELETE FROM records_auditentry"):
        refused = pytest.raises(DatabaseError, match="never changed or deleted")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    append_only.allow_deletion(connection)
    row = AuditEntry.objects.get()
    with pytest.raises(TypeError, match="never changed"):
        row.save()
    with pytest.raises(TypeError, match="never deleted"):
        row.delete()


@pytest.mark.django_db(transaction=True)
def test_a_deed_is_recorded_inside_its_transaction():
    """Outside one, the deed could stand without its record."""
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record("a.b", "one", by="x", because="why", now=NOW)
