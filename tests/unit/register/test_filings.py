# SPDX-License-Identifier: Apache-2.0
"""Lists, calendars and tasks: everybody sees what is theirs, a page at a time, at one price."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nadzor.base.clock import moscow_date
from nadzor.people.queries import CONSOLE
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register import filings
from nadzor.register.filing_form import FORMS
from nadzor.register.filing_permissions import Whose, may_see_filing
from nadzor.register.filing_rows import whose
from nadzor.register.filing_sight import visible
from nadzor.register.filing_tasks import waited_for
from nadzor.register.filing_words import filing_words, stage_of, states_of
from nadzor.register.letters import letter_of, templates
from nadzor.register.models import Filing
from nadzor.register.papers import kinds
from tests.filing_samples import (
    AGENT,
    AUDITOR,
    EVERYBODY,
    EXPERT,
    FORM,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    REGISTRAR,
    RIVAL,
    carry,
    draft,
    town,
)
from tests.register_samples import NOW

TODAY = moscow_date(NOW)
needs_town = pytest.mark.usefixtures("some_town")


@pytest.fixture
def some_town(db):
    """Five affairs of two makers in different stages, and a case of the inspector's."""
    town()
    names = [{**FORM, "name": {"ru": f"Изделие {n}", "en": f"Product {n}"}} for n in range(5)]
    numbers = [draft(form=form) for form in names[:4]]
    carry(numbers[1], "submit")
    carry(numbers[2], "submit", "find_complete", "start", "send_task")
    carry(numbers[3], "submit", "withdraw")
    numbers.append(draft(by=AGENT, form=names[4]))
    numbers.append(draft(by=INSPECTOR, procedure="case", device="ai-901"))
    return numbers


@needs_town
def test_a_list_is_filtered_counted_and_paged():
    """Newest first; stages are counted before they are chosen; the cursor misses and repeats nothing."""
    page = filings.filings(AUDITOR, today=TODAY)
    assert [row.number[-1] for row in page.rows] == ["6", "5", "3", "2", "1"]
    assert page.by_stage["preparing"] == 3 and page.by_stage["closed"] == 0 and page.next is None
    assert filings.filings(AUDITOR, today=TODAY, open_only=False).by_stage["closed"] == 1
    told = {
        "stage": ("expertise", ["3"]), "state": ("checking", ["2"]), "device": ("ai-901", ["6"]),
        "maker": ("farlight", ["5"]), "procedure": ("case", ["6"]),
    }  # fmt: skip
    for key, (value, found) in told.items():
        rows = filings.filings(AUDITOR, today=TODAY, **{key: value}).rows
        assert [row.number[-1] for row in rows] == found
    first = filings.filings(AUDITOR, today=TODAY, limit=2)
    second = filings.filings(AUDITOR, today=TODAY, limit=2, after=first.next)
    assert [row.number[-1] for row in (*first.rows, *second.rows)] == ["6", "5", "3", "2"]


@needs_town
def test_late_ones_can_be_asked_for():
    """None today; those whose last day has passed later on."""
    assert filings.filings(HEAD, today=TODAY, late_only=True).rows == ()
    later = TODAY + timedelta(days=40)
    assert {row.number[-1] for row in filings.filings(HEAD, today=later, late_only=True).rows} == {"2", "3"}


@needs_town
def test_the_table_and_the_rule_agree_on_who_sees():
    """For every person and filing, the database's answer is the pure function's."""
    rows = list(Filing.objects.select_related("maker", "applicant", "expert"))
    for person in (*EVERYBODY, RIVAL, CONSOLE, None):
        seen = {row.number for row in visible(person)}
        assert seen == {row.number for row in rows if may_see_filing(person, whose(row))}


@needs_town
def test_a_page_costs_the_same_for_any_number(django_assert_max_num_queries):
    """No query for each row: the clocks are computed from steps fetched at once."""

    def cost(limit):
        with CaptureQueriesContext(
            connection,
        ) as spent:
            filings.filings(AUDITOR, today=TODAY, limit=limit)
        return len(spent)

    assert cost(1) == cost(5) <= 4
    with django_assert_max_num_queries(4):
        filings.tasks(AUDITOR, today=TODAY)
        filings.deadlines(AUDITOR, first=TODAY, after=TODAY + timedelta(days=60), today=TODAY)


@needs_town
def test_the_calendar_holds_open_last_days():
    """In their order, half-open, of the filings one may see."""
    span = {"first": TODAY, "after": TODAY + timedelta(days=90), "today": TODAY}
    rows = filings.deadlines(REGISTRAR, **span)
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert {row.clock for row in rows} == {
        "registration.completeness_check", "registration.simplified_limit", "expertise.conclusion",
    }  # fmt: skip
    first = rows[0].day
    assert filings.deadlines(REGISTRAR, first=TODAY, after=first, today=TODAY) == ()
    assert filings.deadlines(RIVAL, **span) == ()
    assert {row.filing[-1] for row in filings.deadlines(EXPERT, **span)} == {"3"}


@needs_town
def test_tasks_are_what_waits_for_one():
    """A maker's draft, the registrar's check, the expert's conclusion, the inspector's case."""

    def told(person):
        return {(task.kind, task.args[0][-1]) for task in filings.tasks(person, today=TODAY)}

    assert told(MAKER_ADMIN) == {("draft", "1")}
    assert told(AGENT) == {("draft", "5")}
    assert told(REGISTRAR) == {("move", "2")}
    assert told(EXPERT) == {("move", "3")}
    assert told(INSPECTOR) == {("draft", "6")} and told(None) == set()
    later = filings.tasks(HEAD, today=TODAY + timedelta(days=60))
    assert {(task.kind, task.state) for task in later} >= {("breach", "late")}


def test_every_state_stands_in_one_stage():
    """No state of any procedure falls between the columns of the board unseen."""
    placed = {state for stage in filing_words().stages.values() for state in stage.states}
    for name in FORMS:
        table = PROCEDURES[name]
        assert {state for state in table.open_states if state not in placed} == set(), name
        for state in table.states:
            assert [stage for stage in filing_words().stages if state in states_of(stage, name)] == [
                stage_of(name, state)
            ]


def test_every_affair_waits_for_somebody_or_is_closed():
    """An open state has a role whose turn it is."""
    for name in FORMS:
        for state in PROCEDURES[name].states:
            closed = state in PROCEDURES[name].closed
            assert bool(waited_for(name, state)) != closed, (name, state)


def test_letters_answer_to_moves_that_exist():
    """Every template's verb is a move of some table; its norms and its clock are known to the law."""
    from nadzor.law.load import norms

    verbs = {move.verb for name in FORMS for move in PROCEDURES[name].moves}
    for kind, page in templates().items():
        assert {verb.split(".")[-1] for verb in page.verbs} <= verbs, kind
        assert set(page.cites) | ({page.clock} - {""}) <= set(norms()), kind
    assert letter_of("registration_accelerated", "conclude_negative")[0] == "negative_accelerated"
    assert letter_of("registration_simplified", "conclude_negative") is None


def test_kinds_of_papers_have_types_of_files():
    """Those of the checklist and a few besides."""
    assert kinds()["images_interface"].types == ("png", "jpeg", "webp", "tiff")
    assert {kind for kind, page in kinds().items() if not page.types} == set()


def test_the_public_sees_nothing():
    """And an expert without an organisation neither."""
    open_case = Whose(procedure="registration_simplified", maker="luchik")
    assert not may_see_filing(None, open_case)
    assert not may_see_filing(EXPERT, open_case)
