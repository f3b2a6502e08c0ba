# SPDX-License-Identifier: Apache-2.0
"""The morning of the staff and the head's overview: who has them, what they say; marking is a deed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.file_event import Told, file_event
from nadzor.base import clock
from nadzor.people.models import User
from nadzor.people.queries import person
from nadzor.people.roles import Role
from nadzor.vigilance.models import MorningLook

STAFF = {"inspector", "registrar", "head"}
PAGES = {"/morning/": STAFF, "/head/": {"head"}}


@pytest.mark.parametrize("address", sorted(PAGES))
def test_each_page_opens_to_its_roles_alone(client_of, address):
    """Every role is asked; the public signs in first."""
    answers = {role.value: client_of(role.value).get(address).status_code for role in Role}
    assert answers == {role.value: 200 if role.value in PAGES[address] else 403 for role in Role}
    assert client_of().get(address)["Location"].startswith("/login/")


def told_of_death(home):
    """A death that an inspector took from a letter."""
    who = person(User.objects.filter(role=Role.INSPECTOR).first())
    today = clock.today()
    told = Told(device="ai-001", event_on=today, aware_on=today, event_type="death", problems=("A090803",))
    return file_event(home, told, by=who, now=clock.now(), way="letter").number


@pytest.mark.parametrize("language", ["ru", "en"])
def test_a_death_stands_on_top_until_it_is_marked(client_of, house, language):
    """The event leads to its card; after the mark it is new no more, and reading the page marks nothing."""
    number = told_of_death(house)
    client = client_of("inspector", language)
    first, again = (client.get("/morning/").content.decode() for _ in range(2))
    assert f"/events/{number}/" in first and f"/events/{number}/" in again
    assert first.index(number) < first.index('id="changed"')
    later = (clock.now() + timedelta(seconds=1)).isoformat()
    assert client.post("/morning/read/", {"up_to": later}).status_code == 302
    news = client.get("/morning/").content.decode().partition('id="changed"')[0]
    assert number not in news
    assert MorningLook.objects.filter(username=User.objects.get(role="inspector").username).count() == 1


def test_rubbish_in_the_mark_moves_it_to_now(client_of):
    """Whatever is sent, the mark is a moment that has passed."""
    client = client_of("inspector")
    for sent in ("", "yesterday", "9999-12-31T00:00:00+00:00", "2026-11-22T10:00:00", "\x00"):
        assert client.post("/morning/read/", {"up_to": sent}).status_code == 302
    assert MorningLook.objects.get().up_to <= clock.now()


def test_the_mark_needs_a_form_of_ours(client_of):
    """Without the token of the page nothing is marked, and a maker has no morning."""
    client = client_of("inspector")
    client.handler.enforce_csrf_checks = True
    assert client.post("/morning/read/", {"up_to": "x"}).status_code == 403
    assert client_of("manufacturer_admin").post("/morning/read/", {}).status_code == 403
    assert MorningLook.objects.count() == 0


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_head_sees_market_team_and_concern(client_of, house, language):
    """The three questions are answered, and the device with a death leads."""
    told_of_death(house)
    page = client_of("head", language).get("/head/").content.decode()
    assert all(f'id="{part}"' in page for part in ("market", "concern", "load"))
    concern = page.partition('id="concern"')[2].partition('id="load"')[0]
    assert "/devices/ai-001/" in concern


def test_an_account_shows_every_open_question_with_its_day(client_of, house):
    """The maker's list holds the event's report with its last day, its norm and the way to its arithmetic."""
    number = told_of_death(house)
    page = client_of("manufacturer_admin").get("/account/").content.decode()
    tasks = page.partition('id="tasks"')[2].partition('id="filings"')[0]
    assert f"/events/{number}/#clocks" in tasks and "/norms/vigilance.report.death" in tasks


def test_one_calendar_holds_the_days_of_events_too(client_of, house):
    """The month's page and the file to carry both have it."""
    number = told_of_death(house)
    client = client_of("manufacturer_admin")
    due = clock.today() + timedelta(days=10)
    found = [client.get(f"/calendar/?view=list&month={day:%Y-%m}").content.decode()
             for day in (due, due + timedelta(days=5))]  # fmt: skip
    assert any(number in page for page in found)
    assert number in client.get("/calendar/deadlines.ics").content.decode().replace("\r\n ", "")
