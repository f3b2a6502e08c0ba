# SPDX-License-Identifier: Apache-2.0
"""What is refused on the pages of vigilance is counted by verb, role and code; nothing else is written."""

from __future__ import annotations

import pytest

from nadzor.actions.file_event import Told, file_event
from nadzor.base import clock
from nadzor.people.models import User
from nadzor.people.queries import person
from nadzor.people.roles import Role
from nadzor.register.models import RefusedMove
from nadzor.vigilance.models import AdverseEvent, EventStep


@pytest.fixture
def number(house):
    """An event that an inspector took from a letter."""
    who = person(User.objects.filter(role=Role.INSPECTOR).first())
    told = Told(device="ai-001", event_on=clock.today(), event_type="malfunction", problems=("A0908",))
    return file_event(house, told, by=who, now=clock.now(), way="letter").number


def counted():
    """What stands in the ledger of refusals."""
    return {(row.verb, row.role, row.code): row.times for row in RefusedMove.objects.all()}


def test_a_refused_move_and_a_refused_document_are_counted(client_of, number):
    """Each press adds one; the event keeps its steps."""
    steps = EventStep.objects.count()
    inspector, maker = client_of("inspector"), client_of("manufacturer_admin")
    for _time in range(2):
        assert (
            inspector.post(f"/events/{number}/move/", {"verb": "reopen", "reopen-because": "x"}).status_code
            >= 400
        )
    assert maker.post(f"/events/{number}/move/", {"verb": "close"}).status_code >= 400
    found = counted()
    assert found["reopen", "inspector", "move.not-from-here"] == 2
    assert any(verb == "close" and role == "manufacturer_admin" for verb, role, _code in found)
    assert EventStep.objects.count() == steps


def test_a_refused_event_and_a_refused_file_are_counted(client_of, house):
    """A future day and an empty upload leave a number behind, and no event."""
    inspector = client_of("inspector")
    before = AdverseEvent.objects.count()
    assert inspector.post("/events/import/", {}).status_code >= 400
    assert AdverseEvent.objects.count() == before
    assert [key for key in counted() if key[:2] == ("note_reported", "inspector")] != []
