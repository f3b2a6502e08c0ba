# SPDX-License-Identifier: Apache-2.0
"""From the SDK in a clinic to an event with its clock: the whole way, through a real gateway."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.take_wire_events import take_wire_events
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.records import vault
from nadzor.site.processes import free_address
from nadzor.vigilance.models import AdverseEvent, Alert
from tests.register_samples import CLINIC_OID, device, register
from tests.unit.actions.gate import gate
from tests.unit.actions.gate_house import DEVICE, clinic_token, enrolled, sender, study

pytestmark = pytest.mark.django_db


def test_an_event_told_by_the_sdk_is_filed_once_and_taken_back_once(home, tmp_path):
    """Receipted by the gateway, filed with its site, alerted; a correction voids another."""
    import_register(register(device()), by=CONSOLE, now=clock.now())
    token, day = clinic_token(home), (clock.now() - timedelta(days=1)).date()
    told = {"event_date": day, "aware_date": day, "problem_codes": ["A110201"], "version": "1.0"}
    address = free_address()
    credential = enrolled(home, token, address)
    with gate(home, address), sender(credential, tmp_path) as client:
        study(client, 1)
        client.adverse_event(event_type="death", **told)
        client.correct(corrects=client.adverse_event(event_type="malfunction", **told), reason="duplicate")
    taken = take_wire_events(home, now=clock.now())
    assert (taken.events, taken.voided) == (2, 1)
    rows = AdverseEvent.objects.order_by("id")
    assert [(row.state, row.seriousness) for row in rows] == [
        ("awaiting_report", "death"),
        ("declined", "other"),
    ]
    assert {row.site for row in rows} == {vault.pseudonym(CLINIC_OID, home=home)}
    assert {row.device for row in rows} == {DEVICE} and Alert.objects.get().kind == "death"
    assert take_wire_events(home, now=clock.now()).events == 0
