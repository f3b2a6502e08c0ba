# SPDX-License-Identifier: Apache-2.0
"""Pages of norms: editions, conflicts, holes, lapses, and a calculator whose every date can be checked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nadzor.base import clock
from nadzor.law.load import norms

IN_TIME = datetime(2026, 11, 22, 9, tzinfo=UTC)
AFTER = datetime(2027, 1, 5, 9, tzinfo=UTC)


@pytest.fixture
def page(client_of, monkeypatch):
    """The text of a page of the public on a day in time."""
    monkeypatch.setattr(clock, "now", lambda: IN_TIME)

    def text(address, language="en"):
        answer = client_of(language=language).get(address)
        assert answer.status_code == 200, address
        return answer.content.decode()

    return text


@pytest.mark.parametrize("key", sorted(norms()))
def test_every_norm_has_a_page(page, key):
    """Each norm answers by its key with its citation, in Russian."""
    text = page(f"/norms/{key}", "ru")
    assert key in text
    assert "<h1>" in text


def test_a_number_leads_to_its_norm(client_of):
    """A fact's number redirects to the norm and keeps what was asked; a stem offers a choice."""
    answer = client_of().get("/norms/T-15?start=2026-11-20")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/norms/registration.version_amendment?start=2026-11-20",
    )
    assert client_of().get("/norms/L-02")["Location"] == "/norms/act.decree-1684"
    choice = client_of().get("/norms/F-02").content.decode()
    assert "/norms/duty.expertise.3" in choice and "/norms/duty.expertise.1" in choice
    assert client_of().get("/norms/no.such.norm").status_code == 404


def test_a_date_shows_its_arithmetic(page):
    """The form is filled, the last day is said, and each step has its day and its citation."""
    text = page("/norms/registration.version_amendment?start=2026-12-28")
    assert 'value="2026-12-28"' in text
    assert "Last day to act: 13 Jan 2027" in text
    assert "Working days 1–2: Tue 29 Dec 2026 – Wed 30 Dec 2026" in text
    assert "Civil Code art. 191" in text


def test_a_transitional_rule_can_be_asked_for(page):
    """The day of filing has a field where an edition finishes what was filed under it."""
    text = page("/norms/trials.technical?start=2027-01-11&filed=2026-12-01", "ru")
    assert 'name="filed"' in text and "Последний день: 20.02.2027" in text
    assert 'name="filed"' not in page("/norms/vigilance.message")


def test_where_knowledge_ends_the_page_says_so(page):
    """A lapsed norm, and a year without a calendar: the reason and what to do, not an error page."""
    assert "its successor is unknown" in page("/norms/vigilance.report.death?start=2027-01-05")
    assert "calendar of 2028 is not loaded" in page("/norms/registration.version_amendment?start=2027-12-30")


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", "%00", "9" * 500])
def test_a_day_that_is_none_is_marked(page, typed):
    """Nonsense in a field is marked beside the field; nothing is computed."""
    text = page(f"/norms/trials.technical?start={typed}&filed={typed}")
    assert text.count("Write a day as 2026-11-20.") == 2
    assert "Last day to act" not in text


def test_hours_and_yearly_dates(page):
    """A bare day is shown at its first minute; a fixed date warns of the working day before it."""
    hours = page("/norms/leak.first_notice?start=2026-11-20")
    assert 'value="2026-11-20T00:00"' in hours and "21 Nov 2026, 00:00" in hours
    yearly = page("/norms/monitoring.report?start=2025-06-10")
    assert "1 Feb 2026" in yearly and "30 Jan 2026" in yearly


def test_a_period_has_no_date(page):
    """Where no date follows, the page says so and why."""
    text = page("/norms/telemetry.report_period?start=2026-11-20")
    assert "Last day to act: no date follows" in text
    assert "no source says from which day to count" in text


def test_what_is_disputed_or_unread_is_shown(page):
    """Seed beside outside, the hole in words, and the mark of what is not verified."""
    assert "The founding text, which decides" in page("/norms/registration.version_amendment")
    assert "cut off in the source" in page("/norms/amendment.question_answer")
    assert "decides nothing by itself" in page("/norms/incident.significant_object")
    assert "<ul>" in page("/norms/filing.software_statements")


def test_the_list_warns_of_lapses(page, monkeypatch):
    """On top of all norms: what ends soon with the days left, and after its day what has ended."""
    text = page("/norms/")
    assert "40 days left" in text and "no successor is known" in text and 'id="X12"' in text
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    after = page("/norms/", "ru")
    assert "утратил силу 01.01.2027" in after
    assert "утратила силу 01.01.2027" in page("/norms/vigilance.report.death", "ru")
