# SPDX-License-Identifier: Apache-2.0
"""The desks of the regulator: who has which, what stands on them, and how many questions they ask."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nadzor.base import clock
from nadzor.people.models import Organisation, User
from nadzor.people.queries import person
from nadzor.people.roles import Role
from nadzor.register import filings
from nadzor.register.models import Filing

READERS: Final = {"registrar", "head", "inspector", "auditor"}
WORKERS: Final = {"expert", "moscow_centre"}
SIDES: Final = {"manufacturer_admin", "manufacturer_reporter", "representative"}
DESKS: Final = {
    "/board/": READERS,
    "/desk/": WORKERS,
    "/decisions/": {"head", "registrar"},
    "/calendar/": READERS | WORKERS | SIDES,
    "/calendar/?view=list&month=2026-12&whose=mine": READERS | WORKERS | SIDES,
    "/calendar/deadlines.ics": READERS | WORKERS | SIDES,
    "/authority/": READERS | WORKERS,
    "/morning/": {"inspector", "registrar", "head"},
    "/head/": {"head"},
}


@pytest.mark.parametrize("address", sorted(DESKS))
def test_each_desk_opens_to_its_roles_and_to_nobody_else(client_of, address):
    """Every role × every desk: a page, or a refusal with its code; the public signs in first."""
    answers = {role.value: client_of(role.value).get(address).status_code for role in Role}
    assert answers == {role.value: 200 if role.value in DESKS[address] else 403 for role in Role}
    assert client_of().get(address)["Location"].startswith("/login/")


def test_a_closed_desk_says_whose_it_is(client_of):
    """people.desk-of-others is shown with what to do."""
    page = client_of("clinic").get("/board/").content.decode()
    assert "people.desk-of-others" in page


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_the_rail_names_no_page_that_would_refuse(client_of, role):
    """Whatever the menu offers a role opens for it, and every desk of a role is in its menu."""
    client = client_of(role)
    rail = client.get("/help/").content.decode().partition("</header>")[0]
    links = re.findall(r'<li><a href="([^"]+)"', rail)
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    own = {address for address, roles in DESKS.items() if role in roles and "?" not in address}
    assert own - {"/calendar/deadlines.ics"} <= set(links)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(
    ("role", "address"),
    [("registrar", "/board/"), ("expert", "/desk/"), ("moscow_centre", "/desk/"), ("head", "/decisions/")],
)
def test_a_desk_speaks_both_languages_and_keeps_the_policy(client_of, role, address, language):
    """One heading, the language asked for, no inline code; every last day leads to arithmetic and norm."""
    page = client_of(role, language).get(address).content.decode()
    assert f'<html lang="{language}"' in page and len(re.findall("<h1>", page)) == 1
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    days = re.findall(r'class="due-day" href="([^"]+)"', page)
    assert days and all(re.fullmatch(r"/filings/[\w-]+/clocks/\d+/", day) for day in days)
    assert page.count('<span class="due">') == len(re.findall(r'href="/norms/[^"?]+\?start=[^"]+"', page))


def test_the_board_puts_what_is_overdue_on_top(client_of):
    """In a stage the overdue filing stands first, marked in words; the tally leads to it alone."""
    client = client_of("registrar", "en")
    board = client.get("/board/").content.decode()
    column = board.partition('id="stage-intake"')[2].partition("</section>")[0]
    assert column.index("work-late") < column.index("overdue by") < column.index("left")
    late = client.get("/board/?press=late").content.decode()
    assert late.count('<article class="work') == late.count("work-late") >= 1


def test_the_board_finds_by_number_and_by_name(client_of):
    """A number, a piece of a title or a maker narrows the board; look-alikes and case do not matter."""
    client = client_of("registrar")
    row = Filing.objects.filter(state="checking").first()
    by_number = client.get("/board/", {"q": row.number}).content.decode()
    by_name = client.get("/board/", {"q": row.title_ru.upper()}).content.decode()
    nothing = client.get("/board/", {"q": "no such thing"}).content.decode()
    assert (by_number.count('<article class="work'), row.number in by_name) == (1, True)
    assert '<article class="work' not in nothing
    maker = client.get("/board/", {"maker": row.maker.code, "procedure": row.procedure}).content.decode()
    assert row.number in maker and maker.count('<article class="work') < 16


def test_the_board_answers_a_filter_with_its_rows_alone(client_of):
    """A filter asked for by script gets the columns, not the frame."""
    page = client_of("registrar").get("/board/?press=standing", headers={"hx-request": "true"})
    assert page.content.decode().lstrip().startswith('<div class="board">')


def copies(template: Filing, count: int) -> None:
    """More filings like one, each with its steps."""
    steps = list(template.steps.all())
    for place in range(count):
        row = Filing.objects.get(pk=template.pk)
        row.pk, row.number = None, f"2026-9{place:05d}"
        row.save()
        for step in steps:
            step.pk, step.filing = None, row
        row.steps.model.objects.bulk_create(steps)


@pytest.mark.parametrize(("state", "pile"), [("deciding", "applications"), ("expertise", "breaches")])
def test_a_pile_of_decisions_has_an_end(client_of, state, pile):
    """The head's desk shows the most urgent of many and says where the rest is."""
    filing = Filing.objects.filter(state=state, procedure="registration_simplified").first()
    early = timedelta(days=100 if pile == "breaches" else 0)
    for step in filing.steps.all():
        type(step).objects.filter(pk=step.pk).update(on=step.on - early)
    copies(filing, 80)
    page = client_of("head", "en").get("/decisions/").content.decode()
    found = page.partition(f'id="{pile}"')[2].partition("</section>")[0]
    assert "more in the list" in found and found.count('class="title"') <= 60


def test_a_day_of_the_calendar_has_an_end(client_of):
    """Eighty last days on one date: some in its cell, the rest in the list, and none is lost to the file."""
    filing = Filing.objects.filter(state="checking").first()
    copies(filing, 80)
    client = client_of("registrar", "en")
    due = next(row.day for row in filings.deadlines(
        person(User.objects.get(username="registrar")), first=date.min, after=date.max, today=clock.today(),
    ) if row.filing == "2026-900001")  # fmt: skip
    month = client.get(f"/calendar/?month={due:%Y-%m}").content.decode()
    assert "more in the list" in month
    assert client.get("/calendar/deadlines.ics?whose=").content.count(b"UID:2026-9") >= 80


def test_two_hundred_filings_ask_as_many_questions_as_sixteen(client_of):
    """No question per filing, and no page slower than a person's patience."""
    client = client_of("registrar")
    client.get("/board/")
    with CaptureQueriesContext(connection) as few:
        client.get("/board/")
    copies(Filing.objects.filter(state="checking").first(), 200)
    with CaptureQueriesContext(connection) as many:
        answer = client.get("/board/")
    assert len(many) == len(few)
    assert "in the list" in answer.content.decode() or "в списке" in answer.content.decode()


def test_the_expert_finds_tasks_with_their_last_days_and_what_was_sent(client_of):
    """T-04 and T-09 are named; papers and the day of sending stand beside, the form is one link away."""
    page = client_of("expert", "en").get("/desk/").content.decode()
    pile = page.partition('id="conclude"')[2].partition("</section>")[0]
    assert ">T-04<" in pile and ">T-09<" in pile and "Sent on" in pile
    assert re.search(r'href="/filings/[\w-]+/#moves"', pile)


def test_the_expert_sees_only_the_own_institution(client_of):
    """Another institution's desk is empty of these tasks."""
    user = User.objects.get(username="expert")
    user.organisation = Organisation.objects.get(code="vniiimt")
    user.save()
    page = client_of("expert").get("/desk/").content.decode()
    assert '<article class="work' not in page


def test_an_expert_without_an_institution_is_told_so(client_of):
    """Nothing can be assigned to nobody."""
    User.objects.filter(username="expert").update(organisation=None)
    page = client_of("expert", "en").get("/desk/").content.decode()
    assert "belongs to no institution" in page


def test_objections_found_founded_come_back_to_the_expert(client_of):
    """A revision is a pile of its own, with what the applicant objected."""
    from tests.filing_samples import move

    row = Filing.objects.get(state="objecting")
    move(row.number, "uphold_objections", by=_person("registrar"), at=clock.now())
    page = unescape(client_of("expert", "en").get("/desk/").content.decode())
    pile = page.partition('id="revise"')[2].partition("</section>")[0]
    told = row.steps.get(verb="object").facts["objections_text"]
    assert row.number in pile and told in pile


def test_the_moscow_centre_sees_accelerated_filings_and_the_way_to_its_record(client_of):
    """Nothing of the simplified route; a recorded trial is shown, a missing one is a link to the form."""
    page = client_of("moscow_centre", "en").get("/desk/").content.decode()
    assert "simplified route" not in page and "Record the clinical trial" in page
    assert re.search(r'href="/filings/[\w-]+/#evidence"', page) and "Trial recorded" in page


def test_the_head_sees_what_is_ready_what_is_proposed_and_what_broke(client_of):
    """Decisions lead to their forms; a broken limit names whose it is, by how much, and why this date."""
    page = client_of("head", "en").get("/decisions/").content.decode()
    ready = page.partition('id="applications"')[2].partition("</section>")[0]
    cases = page.partition('id="cases"')[2].partition("</section>")[0]
    broken = page.partition('id="breaches"')[2].partition("</section>")[0]
    assert re.search(r'href="/filings/[\w-]+/#do-register"', ready) and "#do-cancel" in cases
    assert "late by" in broken and "Whose clock" in broken and "Why this date" in broken


def test_a_delegate_sees_the_order_and_only_the_procedures_it_names(client_of):
    """The registrar decides plain amendments for some days: the order and its last day stand on top."""
    page = client_of("registrar", "en").get("/decisions/").content.decode()
    assert "You decide for the head under order № 14-Д" in page and "through" in page
    assert "#do-register" not in page


def test_an_interest_locks_a_filing_and_names_who_else_may(client_of):
    """The head's own interest closes the filing on the desk; another head, free of it, is named."""
    row = Filing.objects.get(state="deciding")
    second = User.objects.create(username="head-2", role="head")
    client = client_of("head", "en")
    client.post(reverse("interest"), {"organisation": row.maker.code, "why": "shares", "username": "head"})
    page = client.get("/decisions/").content.decode()
    item = page.partition(row.number)[2].partition("pile-item")[0]
    assert "Your declared interest bars you" in item and second.username in item
    assert f"/filings/{row.number}/#do-register" not in page


def test_nobody_else_may_is_said_too(client_of):
    """With one head and no delegate the page says what to do."""
    row = Filing.objects.get(state="deciding")
    client = client_of("head", "en")
    client.post(reverse("interest"), {"organisation": row.maker.code, "why": "shares"})
    assert "nobody yet: give a delegation" in client.get("/decisions/").content.decode()


def test_a_delegation_that_ran_out_closes_the_desk(client_of):
    """The day after its last day, the registrar has no such desk, and no link to it."""
    from nadzor.register.models import Delegation

    Delegation.objects.update(valid_until=clock.today(), valid_from=clock.today() - timedelta(days=9))
    client = client_of("registrar")
    assert client.get("/decisions/").status_code == 403
    assert 'href="/decisions/"' not in client.get("/board/").content.decode()


def _person(username):
    from nadzor.people.queries import person

    return person(User.objects.get(username=username))
