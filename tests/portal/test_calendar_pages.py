# SPDX-License-Identifier: Apache-2.0
"""The calendar of last days: a month, a list, days off with their decree, and a file to carry away."""

from __future__ import annotations

import re

import pytest

from nadzor.base import clock
from nadzor.register.models import Filing


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_month_marks_days_off_with_their_cause(client_of, language):
    """4 November is a holiday by name, 9 March 2026 a day off moved by the decree that is cited."""
    client = client_of("registrar", language)
    november = client.get("/calendar/?month=2026-11").content.decode()
    march = client.get("/calendar/?month=2026-03").content.decode()
    assert {"ru": "День народного единства", "en": "National Unity Day"}[language] in november
    assert "1466" in march.partition('id="days-off"')[2]
    assert {"ru": "перенес", "en": "moved from"}[language] in march
    assert len(re.findall("<h1>", november)) == 1 and f'<html lang="{language}"' in november


def test_every_last_day_leads_to_its_arithmetic(client_of):
    """In the month and in the list, each entry opens the clock of its filing."""
    client, row = client_of("registrar"), Filing.objects.get(state="starting")
    month = client.get("/calendar/").content.decode()
    listed = client.get("/calendar/?view=list").content.decode()
    link = re.search(rf"/filings/{row.number}/clocks/\d+/", month)
    assert link and link[0] in listed and client.get(link[0]).status_code == 200
    assert 'id="overdue"' in month and 'id="overdue"' in listed


def test_a_person_asks_for_whose_days(client_of):
    """Only mine, the applicant's, the head's: the others are not shown."""
    client = client_of("registrar", "en")
    asked = "/calendar/?view=list&month=2026-12&whose="
    heads = client.get(asked + "head").content.decode()
    applicants = client.get(asked + "applicant").content.decode()
    told = r'class="small muted">[^<]*· ([^<·]+)</span><span class="due">'
    assert {text.strip() for text in re.findall(told, heads)} <= {"Head"}
    assert {text.strip() for text in re.findall(told, applicants)} <= {"applicant"}


def test_beyond_the_calendar_it_says_so(client_of):
    """After the last loaded year no day is marked, and the page says where our knowledge ends."""
    client = client_of("registrar", "en")
    page = client.get("/calendar/?month=2028-01").content.decode()
    assert "Our production calendar ends with 2027" in page and 'id="days-off"' not in page
    for strange in ("2026-13", "9999-12", "0001-01", "nonsense", ""):
        assert client.get(f"/calendar/?month={strange}").status_code == 200


def test_months_lead_on_and_back(client_of):
    """December's next is January of the next year; filters and view go along."""
    page = client_of("head").get("/calendar/?month=2026-12&view=list&whose=head").content.decode()
    assert 'href="/calendar/?month=2027-01&amp;view=list&amp;whose=head" rel="next"' in page
    assert 'href="/calendar/?month=2026-11&amp;view=list&amp;whose=head" rel="prev"' in page


def test_the_file_holds_ones_own_days_under_names_that_stay(client_of):
    """Events of whole days, lines of at most 75 octets, the same names when fetched again."""
    client = client_of("registrar", "ru")
    answer, again = client.get("/calendar/deadlines.ics"), client.get("/calendar/deadlines.ics")
    assert (
        answer["Content-Type"].startswith("text/calendar") and "attachment" in answer["Content-Disposition"]
    )
    lines = answer.content.split(b"\r\n")
    names = re.findall(rb"UID:([^\r]+)", answer.content)
    assert lines[0] == b"BEGIN:VCALENDAR" and lines[-2] == b"END:VCALENDAR"
    assert all(len(line) <= 75 for line in lines) and names
    assert names == re.findall(rb"UID:([^\r]+)", again.content) and len(set(names)) == len(names)
    row = Filing.objects.get(state="starting")
    assert any(name.startswith(f"{row.number}-registration.start".encode()) for name in names)


def test_a_maker_carries_away_its_own_days_alone(client_of):
    """No filing of a rival, no day that is the regulator's."""
    from nadzor.people.models import User

    maker = User.objects.get(username="manufacturer_admin").organisation
    text = client_of("manufacturer_admin").get("/calendar/deadlines.ics").content.decode()
    numbers = set(re.findall(r"UID:(\d{4}-\d{6})", text))
    own = set(Filing.objects.filter(maker=maker).values_list("number", flat=True))
    assert numbers <= own


def test_the_month_of_today_marks_today(client_of):
    """Today is named, and is the only one."""
    page = client_of("head").get("/calendar/").content.decode()
    today = f'<time datetime="{clock.today().isoformat()}" aria-current="date">'
    assert page.count('aria-current="date"') == 1 and today in page
