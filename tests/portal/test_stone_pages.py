# SPDX-License-Identifier: Apache-2.0
"""What was destroyed is shown to the auditor as stones, and answers 410 to whoever could have seen it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.record import BatchRecord
from nadzor.people.models import User
from nadzor.records.models import AuditEntry, ReadEntry
from nadzor.records.tombstones import Buried, bury, digest_of

CLIENTS = Callable[..., Client]


def bury_first(house: Home) -> BatchRecord:
    """A stone of the bodies behind the first batch."""
    with closing(open_reader(house)) as reader:
        record = reader.batch(0)
    gone = Buried(
        kind="bodies", object=f"{record.installation} {record.month}", digest=digest_of(a=1),
        retention="retention.bodies",
    )  # fmt: skip
    with transaction.atomic():
        bury(gone, because="=cmd", by="head", now=clock.now())
    return record


@pytest.mark.parametrize(("language", "words"), [("ru", "Что уничтожено"), ("en", "What was destroyed")])
def test_the_auditor_sees_stones(client_of: CLIENTS, house: Home, language: str, words: str) -> None:
    """Kind, name, ground and digest stand on the page; that it was read is on record."""
    record = bury_first(house)
    page = client_of("auditor", language).get(reverse("audit-stones"), {"kind": "bodies"}).content.decode()
    assert words in page
    assert f"{record.installation} {record.month}" in page
    assert digest_of(a=1) in page
    assert ReadEntry.objects.get(by="auditor").rows == 1


def test_stones_are_taken_as_files(client_of: CLIENTS, house: Home) -> None:
    """CSV whose cells are no formulas and JSON; who took them is in the chain; no other form is known."""
    bury_first(house)
    client = client_of("head")
    table = client.get(reverse("audit-stones-file", args=["csv"])).content.decode()
    told = client.get(reverse("audit-stones-file", args=["json"])).json()
    assert "'=cmd" in table
    assert [row["because"] for row in told["rows"]] == ["=cmd"]
    assert AuditEntry.objects.filter(verb="records.audit.export", object="stones").count() == 2
    assert client.get(reverse("audit-stones-file", args=["xml"])).status_code in (404, 422)


def test_nobody_else_sees_stones(client_of: CLIENTS, house: Home) -> None:
    """An inspector, a maker and the public are turned away."""
    codes = [client_of(role).get(reverse("audit-stones")).status_code for role in ("inspector", "clinic")]
    assert set(codes) <= {403, 404}
    assert client_of().get(reverse("audit-stones")).status_code in (302, 401, 403, 404)


def test_a_destroyed_event_is_gone_and_says_since_when(client_of: CLIENTS, house: Home) -> None:
    """Its reader gets 410 with the day and the norm; the batch's own page stays; a stranger gets 404."""
    record = bury_first(house)
    gone = Shredded(record.installation, record.month)
    there, event = reverse("batch", args=[0]), {"seq": str(record.first)}
    with patch.object(BatchRecord, "body", side_effect=gone):
        whole = client_of("inspector").get(there)
        asked = client_of("inspector", "en").get(there, event)
        foreign = client_of("clinic").get(there, event)
    assert (whole.status_code, asked.status_code, foreign.status_code in (403, 404)) == (200, 410, True)
    page = asked.content.decode()
    assert "records.gone" in page
    assert "retention.bodies" in page and "=cmd" in page
    assert f"Head {User.objects.get(username='head').pk}" in page
