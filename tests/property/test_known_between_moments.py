# SPDX-License-Identifier: Apache-2.0
"""Between two neighbouring moments of a timeline the sheet is the same, whenever one asks."""

from __future__ import annotations

from datetime import UTC, timedelta
from hashlib import sha256
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nadzor.actions.file_event import Told, file_event
from nadzor.actions.import_register import import_register
from nadzor.base.clock import moscow_date
from nadzor.people.queries import CONSOLE
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.device import known_device, known_register
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import moment_of
from nadzor.vigilance.known.signal import known_signal
from nadzor.vigilance.known.timeline import Asked, timeline
from tests.case_samples import DEVICE, case_on_signal
from tests.filing_samples import INSPECTOR, move
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END = NOW + 3 * DAY
KINDS = ("signal", "event", "case", "device", "register")


@pytest.fixture
def refs(home):
    """An entry told twice, once for a day ahead; a signal, an event and a case that was moved."""
    import_register(register(device()), by=CONSOLE, now=NOW - 9 * DAY)
    told = Told(device=DEVICE, event_on=moscow_date(NOW), event_type="death", problems=("A0908",))
    number = case_on_signal()
    event = file_event(home, told, by=INSPECTOR, now=NOW + HOUR, way="letter").number
    move(number, "confirm_deviation", at=NOW + 5 * HOUR)
    move(number, "inquire", at=NOW + 30 * HOUR)
    return {"signal": "1", "event": event, "case": number, "device": DEVICE, "register": ""}


def sheet(home, kind, ref, at):
    """The digest of the sheet at a moment, without what moves with every day: figures, days that are left."""
    then = moment_of(at.astimezone(UTC).isoformat(), now=END + DAY)
    ways = {
        "signal": lambda: known_signal(INSPECTOR, int(ref), then),
        "event": lambda: known_event(INSPECTOR, ref, then),
        "case": lambda: known_case(INSPECTOR, ref, then),
        "device": lambda: msgspec.structs.replace(known_device(home, INSPECTOR, ref, then), figures=None),
        "register": lambda: known_register(then),
    }
    found = msgspec.to_builtins(ways[kind]())
    for run in found.get("runs", []):
        del run["left"], run["state"]
    return sha256(msgspec.json.encode(found)).hexdigest()


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(kind=st.sampled_from(KINDS), part=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_between_two_moments(home, refs, kind, part):
    """At a moment and at any part of the way to the next the sheet says the same."""
    asked = Asked(kind=kind, ref=refs[kind])
    moments = [each.at for each in timeline(INSPECTOR, asked, now=END).items][::-1]
    for first, last in pairwise([*moments, END]):
        between = first + (last - first) * part
        told = {
            sheet(home, kind, refs[kind], at) for at in (first, min(between, last - timedelta.resolution))
        }
        assert len(told) == 1, first


@pytest.mark.parametrize("kind", KINDS)
def test_at_each_moment_something_does_change(home, refs, kind):
    """The sheet just before a moment is another than the one at it, so that no moment is idle."""
    asked = Asked(kind=kind, ref=refs[kind])
    moments = [each.at for each in timeline(INSPECTOR, asked, now=END).items][::-1]
    assert moments
    for at in moments[1:]:
        before = sheet(home, kind, refs[kind], at - timedelta.resolution)
        assert before != sheet(home, kind, refs[kind], at), at
