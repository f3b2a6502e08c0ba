# SPDX-License-Identifier: Apache-2.0
"""What is new since one last looked: the mark moves by the reader's word alone, and hides nothing unread."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.file_document import file_document
from nadzor.actions.file_event import Told, file_event
from nadzor.actions.import_register import import_register
from nadzor.actions.mark_read_up import mark_read_up
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.vigilance.concern import concerns, desk, loads
from nadzor.vigilance.models import MissedLimit
from nadzor.vigilance.morning import FIRST_LOOK, morning, morning_words
from tests.filing_samples import CLINIC, HEAD, INSPECTOR, MAKER_ADMIN, carry, draft
from tests.register_samples import NOW, device, register
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
CODE = device()["code"]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device()), by=CONSOLE, now=NOW - 2 * FIRST_LOOK)


def event(home, *, kind="malfunction", at=NOW):
    """An event that an inspector took from a letter."""
    told = Told(device=CODE, version="1.0", event_on=moscow_date(at), event_type=kind, problems=("A0908",))
    return file_event(home, told, by=INSPECTOR, now=at, way="letter").number


def seen(person=INSPECTOR, *, now=NOW):
    """What stands on the page."""
    return morning(person, now=now, today=moscow_date(now))


def test_the_first_morning_looks_a_week_back(home):
    """Who never marked anything sees the last week, and is told so."""
    number = event(home)
    found = seen()
    assert found.is_first and found.since == NOW - FIRST_LOOK
    assert [(each.kind, each.args) for each in found.news] == [("event_received", (number,))]


def test_a_death_stands_above_whatever_came_later(home):
    """The grave one leads although it is older."""
    grave = event(home, kind="death", at=NOW - HOUR)
    later = event(home)
    assert [each.args[0] for each in seen().news] == [grave, later]
    assert [each.grave for each in seen().news] == [True, False]


def test_what_was_marked_is_new_no_more_and_opening_marks_nothing(home):
    """Two looks show the same; after the mark only what came later is new."""
    event(home, at=NOW - HOUR)
    assert len(seen().news) == len(seen().news) == 1
    mark_read_up(NOW, by=INSPECTOR, now=NOW)
    assert seen().news == ()
    later = event(home, at=NOW + HOUR)
    assert [each.args for each in seen(now=NOW + 2 * HOUR).news] == [(later,)]
    assert len(seen(HEAD, now=NOW + 2 * HOUR).news) == 2


def test_a_mark_never_goes_back_nor_into_the_future(home):
    """An older window cannot unread, and nobody can read what has not come yet."""
    assert mark_read_up(NOW, by=INSPECTOR, now=NOW) == NOW
    assert mark_read_up(NOW - HOUR, by=INSPECTOR, now=NOW) == NOW
    assert mark_read_up(NOW + FIRST_LOOK, by=INSPECTOR, now=NOW + HOUR) == NOW + HOUR


@pytest.mark.parametrize("who", [None, MAKER_ADMIN, CLINIC], ids=["nobody", "maker", "clinic"])
def test_only_the_staff_has_a_morning(who):
    """A maker has an account and a clinic a page of its own."""
    with pytest.raises(Refusal) as refusal:
        mark_read_up(NOW, by=who, now=NOW)
    assert refusal.value.code == "people.oversight-only"


def test_every_kind_of_news_has_its_sentence_and_its_page(home):
    """A signal, an event, its documents, a missed limit and a filing each say what they are."""
    number = event(home)
    row = file_signal(device=CODE)
    filing = draft(at=NOW - HOUR)
    carry(filing, "submit", at=NOW - HOUR)
    MissedLimit.objects.create(
        subject=f"event {number}", device=CODE, clock="vigilance.report.other", started=TODAY, due=TODAY,
        responsible="manufacturer_admin", seen_at=NOW,
    )  # fmt: skip
    found = {each.kind: each for each in seen(now=row.raised_at + HOUR).news}
    assert {"event_received", "signal_raised", "limit_missed", "filing_moved"} <= set(found)
    assert found["limit_missed"].args == (number,) and found["filing_moved"].args == (filing,)
    assert all(each.said.ru and each.said.en and "{" not in each.said.en for each in found.values())
    assert set(found) <= set(morning_words())


def test_a_new_document_of_an_event_is_news(home):
    """A report that a maker filed since one last looked says which document it is, and leads to the event."""
    number = event(home)
    file_document(home, number, "report", {"summary": "A setting."}, by=MAKER_ADMIN, now=NOW + HOUR)
    found = {each.kind: each for each in seen(now=NOW + 2 * HOUR).news}
    assert found["event_document"].args == (number,)
    assert number in found["event_document"].said.en and "report" in found["event_document"].said.en


def test_concern_orders_devices_by_reasons(home):
    """A death outweighs signals; the counts behind the order are shown."""
    event(home, kind="death")
    file_signal(device="ai-902")
    found = concerns(HEAD, now=NOW + HOUR, today=TODAY)
    assert [each.device for each in found] == [CODE, "ai-902"]
    assert (found[0].grave_events, found[0].events, found[1].signals) == (1, 1, 1)


def test_the_desk_and_the_loads_count_what_waits(home):
    """An unacknowledged alert, an untaken signal, and a filing whose turn it is."""
    event(home, kind="death")
    file_signal(device=CODE)
    carry(draft(at=NOW - HOUR), "submit", at=NOW - HOUR)
    found = desk()
    assert (found.alerts, found.untaken_signals, found.held) == (1, 1, 0)
    assert {load.role: load.filings for load in loads(HEAD, today=TODAY)}["registrar"] == 1
