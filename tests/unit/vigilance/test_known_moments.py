# SPDX-License-Identifier: Apache-2.0
"""The timeline against a reckoning of its own: rows read straight from the tables, page by page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.import_register import import_register
from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.register.models import Filing, Revision
from nadzor.vigilance.known.moments import begins, of_edition, page_of
from nadzor.vigilance.known.timeline import Asked, timeline
from nadzor.vigilance.models import CaseGround, CasePack, Signal
from tests.case_samples import DEVICE, case_on_signal, heard
from tests.filing_samples import CLINIC, INSPECTOR, RIVAL
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
DAY, END = timedelta(days=1), NOW + timedelta(days=9)


@pytest.fixture
def number():
    """Two entries, a signal confirmed, a case on it that went three moves on."""
    rows = register(device(), device(code="ai-902", number="РЗН 2025/902"))
    import_register(rows, by=CONSOLE, now=NOW - 9 * DAY)
    found = case_on_signal()
    heard(found)
    return found


def walked(kind, ref="", *, limit=2):
    """Every moment, asked for a few at a time."""
    found, before = [], None
    while True:
        page = timeline(INSPECTOR, Asked(kind=kind, ref=ref, before=before, limit=limit), now=END)
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        before = page.next


def test_a_case_has_the_moments_of_its_rows(number):
    """Steps, grounds, papers, letters and the opening, read from the tables: the same moments and counts."""
    row = Filing.objects.get(number=number)
    kept = [model.objects.filter(filing=number) for model in (CaseGround, CasePack)]
    dated = [row.opened_at, *(each.at for rows in kept for each in rows)]
    for name in ("steps", "papers", "evidence", "letters", "submissions", "seals"):
        dated += [each.at for each in getattr(row, name).all()]
    told = walked("case", number)
    assert {each.at: each.count for each in told} == {at: dated.count(at) for at in dated}
    assert [each.at for each in told] == sorted(set(dated), reverse=True)


def test_a_device_has_its_editions_and_the_states_of_its_matters(number):
    """The edition, the signal with its two states, the case with each state it came to."""
    told = [change for each in walked("device", DEVICE) for change in each.changes]
    signal = Signal.objects.get()
    states = [each.says for each in told if each.of == "signal" and each.what == "state"]
    assert sorted(states) == sorted(signal.moves.values_list("to", flat=True))
    steps = Filing.objects.get(number=number).steps
    came = {each.says for each in told if each.of == "case" and each.what == "state"}
    assert came == set(steps.values_list("to", flat=True)) - {"draft"}
    assert [each.says for each in told if each.what == "edition"] == ["1"]


def test_an_import_is_one_moment_of_the_register(number):
    """However many entries came at once; what is not told one by one is counted."""
    (told,) = walked("register")
    assert told.at == Revision.objects.first().known_at and told.count == Revision.objects.count() == 2


def test_an_edition_for_a_day_ahead_changes_the_sheet_on_that_day():
    """Known today, holding from 1 December: two moments; one that holds already has one; none is foretold."""
    ahead = date(2026, 12, 1)
    told = list(of_edition("x", known_at=NOW, valid_from=ahead))
    assert [at for at, _ in told] == [NOW, begins(ahead)]
    assert begins(ahead).astimezone(MOSCOW).isoformat() == "2026-12-01T00:00:00+03:00"
    assert len(list(of_edition("x", known_at=NOW, valid_from=date(2026, 1, 1)))) == 1
    page = page_of(told, until=NOW + DAY, before=None, limit=9)
    assert (page.total, page.next) == (1, None)


@pytest.mark.parametrize("who", [None, CLINIC, RIVAL], ids=["public", "clinic", "rival"])
def test_a_timeline_keeps_the_secrets_of_its_sheet(number, who):
    """A signal and a case are unknown to who may not see them; of a device they see editions alone."""
    for kind, ref, code in (("signal", "1", "signal.unknown"), ("case", number, "filing.unknown")):
        with pytest.raises(Refusal) as refusal:
            timeline(who, Asked(kind=kind, ref=ref), now=END)
        assert refusal.value.code == code
    (told,) = timeline(who, Asked(kind="device", ref=DEVICE), now=END).items
    assert [each.what for each in told.changes] == ["edition"]
