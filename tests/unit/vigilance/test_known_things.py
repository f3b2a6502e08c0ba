# SPDX-License-Identifier: Apache-2.0
"""What was known at a moment: states then, nothing that came later, and the same secrets as today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.actions.file_event import Told, file_event
from nadzor.actions.import_register import import_register
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.device import known_device, known_register
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import end_of, moment_of
from nadzor.vigilance.known.signal import known_signal
from tests.case_samples import DEVICE, case_on_signal, confirmed_signal, ground
from tests.filing_samples import AUDITOR, CLINIC, INSPECTOR, MAKER_ADMIN, OPERATOR, RIVAL, move
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, write_rollups
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = moscow_date(NOW)


def moment(at):
    """A moment within a day, as a page would ask for it."""
    return moment_of(at.astimezone(UTC).isoformat(), now=at + 900 * DAY)


@pytest.fixture
def town():
    """The sample register."""
    import_register(
        register(device(), device(code="ai-902", number="РЗН 2025/902")), by=CONSOLE, now=NOW - 9 * DAY
    )


def test_a_day_is_its_end_in_moscow_and_a_moment_is_itself():
    """Within a day the figures are those of the day before, because a rollup knows days."""
    whole = moment_of("2026-11-20", now=NOW + 900 * DAY)
    assert (
        whole.at == datetime(2026, 11, 20, 20, 59, 59, 999999, tzinfo=UTC) and whole.figures_on == whole.day
    )
    part = moment_of("2026-11-20T10:00", now=NOW + 900 * DAY)
    assert part.at == datetime(2026, 11, 20, 7, tzinfo=UTC) and part.figures_on == whole.day - DAY
    assert end_of(whole.day) == whole


@pytest.mark.parametrize(
    "told", ["", "yesterday", "2026-13-01", "9999-12-31", "2026-11-20T99:00", "20261120xx"]
)
def test_what_is_no_day_is_refused(told):
    """Rubbish, and the last day there is, which has no end."""
    with pytest.raises(Refusal) as refusal:
        moment_of(told, now=NOW)
    assert refusal.value.code in {"known.day", "known.future"}


def test_what_lies_ahead_is_not_known():
    """Tomorrow is refused; today, whose end is ahead, is not."""
    with pytest.raises(Refusal) as refusal:
        moment_of((TODAY + DAY).isoformat(), now=NOW)
    assert refusal.value.code == "known.future"
    assert moment_of(TODAY.isoformat(), now=NOW).day == TODAY


def test_a_signal_stands_as_it_stood(town):
    """Before it was taken up it was raised; before it was raised nobody knew of it."""
    row = file_signal(device=DEVICE)
    move_signal(row.pk, "take", by=INSPECTOR, grounds=Grounds(), now=row.raised_at + 2 * HOUR)
    then = known_signal(INSPECTOR, row.pk, moment(row.raised_at + HOUR))
    assert (then.state, then.moves, then.later) == ("raised", (), 1)
    now = known_signal(CONSOLE, row.pk, moment(row.raised_at + 3 * HOUR))
    assert (now.state, len(now.moves), now.later) == ("under_review", 1, 0)
    with pytest.raises(Refusal) as refusal:
        known_signal(INSPECTOR, row.pk, moment(row.raised_at - HOUR))
    assert refusal.value.code == "known.not-yet"


@pytest.mark.parametrize(
    "who", [None, RIVAL, CLINIC, OPERATOR], ids=["public", "rival", "clinic", "operator"]
)
def test_what_one_may_not_see_today_was_never_known_to_one(town, home, who):
    """A signal, an event and a case answer as unknown, a device by its public entry alone."""
    number = case_on_signal()
    with pytest.raises(Refusal) as signal:
        known_signal(who, 1, end_of(TODAY))
    with pytest.raises(Refusal) as case:
        known_case(who, number, end_of(TODAY))
    with pytest.raises(Refusal) as event:
        known_event(who, "AE-2026-000001", end_of(TODAY))
    codes = {refusal.value.code for refusal in (signal, case, event)}
    assert codes == {"signal.unknown", "filing.unknown", "vigilance.event-unknown"}
    found = known_device(home, who, DEVICE, end_of(TODAY))
    assert found.entry is not None and found.things == () and found.figures is None


def test_an_event_stands_with_its_documents_and_clocks_of_then(town, home):
    """On the day it came its clock ran; before that it was unknown; the narrative is never repeated."""
    told = Told(
        device=DEVICE, version="1.0", event_on=TODAY, event_type="death", problems=("A0908",), narrative="x"
    )
    number = file_event(home, told, by=INSPECTOR, now=NOW, way="letter").number
    found = known_event(INSPECTOR, number, moment(NOW + HOUR))
    assert found.gravity == "death" and found.later == 0
    assert [each.narrative for each in found.documents] == [""] * len(found.documents) != []
    assert any(run.started == TODAY for run in found.runs)
    with pytest.raises(Refusal) as refusal:
        known_event(INSPECTOR, number, end_of(TODAY - DAY))
    assert refusal.value.code == "known.not-yet"


def test_a_case_is_read_beside_what_was_known_when_it_was_decided(town):
    """A ground and a move added later are left out, and counted."""
    number = case_on_signal()
    before = known_case(AUDITOR, number, moment(NOW + HOUR))
    move(number, "confirm_deviation", at=NOW + 5 * HOUR)
    then = known_case(AUDITOR, number, moment(NOW + HOUR))
    assert then.state == before.state != known_case(AUDITOR, number, moment(NOW + 6 * HOUR)).state
    assert then.later == before.later + 1 and [each.kind for each in then.grounds] == ["signal"]


def test_a_device_lists_what_was_open_about_it(town, home):
    """Signals and the figures of ninety days, as known; studies that became known later are not counted."""
    early, late = TODAY - 3 * DAY, TODAY - DAY
    rows = [row("studies", 5, early, device=DEVICE, known=known) for known in (early, late)]
    write_rollups(home, rows)
    signal = confirmed_signal()
    found = known_device(home, MAKER_ADMIN, DEVICE, end_of(TODAY))
    assert [(each.kind, each.ref, each.state) for each in found.things] == [
        ("signal", str(signal), "confirmed_for_case")
    ]
    before = known_device(home, INSPECTOR, DEVICE, end_of(TODAY - 2 * DAY)).figures
    assert found.figures is not None and before is not None
    assert (found.figures.studies, before.studies) == (10, 5)
    early = known_device(home, INSPECTOR, DEVICE, end_of(TODAY - 5 * DAY))
    assert early.things == () and early.entry is not None and early.editions == 1
    assert known_device(home, INSPECTOR, DEVICE, end_of(TODAY - 20 * DAY)).entry is None


def test_the_register_of_a_day_has_the_entries_of_that_day(town):
    """Two entries since they were imported, none before."""
    found = known_register(end_of(TODAY))
    assert [each.code for each in found.entries] == [DEVICE, "ai-902"] and sum(found.by_status.values()) == 2
    assert known_register(end_of(TODAY - 20 * DAY)).entries == ()


def test_a_later_ground_is_left_out(town, home):
    """An event that joined a case afterwards does not stand in what was known before."""
    number = case_on_signal()
    told = Told(device=DEVICE, event_on=TODAY, event_type="malfunction", problems=("A0908",))
    event = file_event(home, told, by=INSPECTOR, now=NOW, way="letter").number
    then = known_case(INSPECTOR, number, moment(NOW - timedelta(seconds=1) + timedelta(seconds=1)))
    ground(number, "event", event)
    kinds = [each.kind for each in known_case(INSPECTOR, number, end_of(TODAY)).grounds]
    assert kinds == ["signal", "event"] and [each.kind for each in then.grounds] == ["signal"]
