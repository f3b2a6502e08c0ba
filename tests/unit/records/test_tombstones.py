# SPDX-License-Identifier: Apache-2.0
"""What is deleted leaves a stone, together with the deletion or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from nadzor.records import append_only
from nadzor.records.tombstones import Buried, bury, digest_of, stones

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
GONE = Buried(kind="duty", object="duty 2026-12-01", digest=digest_of(a=1, b="x"), retention="retention.duty")


@pytest.mark.django_db
def test_a_stone_is_found_by_kind_and_name() -> None:
    """Kind, name, digest and ground are kept, and nothing of what was there."""
    with transaction.atomic():
        bury(GONE, because="roster", by="head", now=NOW)
    (stone,) = stones(kind="duty", object="duty 2026-12-01")
    assert (stone.at, stone.by, stone.because, stone.retention) == (NOW, "head", "roster", "retention.duty")
    assert stone.digest == digest_of(b="x", a=1)
    assert stones(kind="bodies") == ()


@pytest.mark.django_db(transaction=True)
def test_a_stone_stands_with_its_deletion() -> None:
    """Outside a transaction no stone is set; an undone deletion takes its stone with it."""
    with pytest.raises(RuntimeError):
        bury(GONE, because="roster", by="head", now=NOW)
    with pytest.raises(ValueError, match="undone"), transaction.atomic():
        bury(GONE, because="roster", by="head", now=NOW)
        raise ValueError("undone")
    assert stones() == ()


@pytest.mark.django_db
def test_a_stone_is_not_changed() -> None:
    """The database refuses to rewrite a stone, also by raw SQL."""
    append_only.install(connection, ("records_tombstone",))
    with transaction.atomic():
        bury(GONE, because="roster", by="head", now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE records_tombstone SET by = 'x'")
