# SPDX-License-Identifier: Apache-2.0
"""Who sees what of an event: staff all, a clinic its site, a maker its device without the site."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from nadzor.actions.file_document import file_document
from nadzor.actions.move_event import Grounds, move_event
from nadzor.people.roles import Role
from nadzor.vigilance.events import EventFilter, event, events, followed, followed_by_clinic, rows_of
from nadzor.vigilance.models import PrintedCode
from tests.event_samples import (
    CLINIC,
    DEATH,
    DEVICE,
    HEAD,
    INSPECTOR,
    INSTALLATION,
    MAKER,
    OTHER_MAKER,
    PERSONAL,
    STRANGER,
    TODAY,
    TOLD,
    code_of,
    furnish,
    told_by,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
WHOLE = replace(TOLD, installation=INSTALLATION, study="5" * 32)


@pytest.fixture
def site(home):
    """The sample clinic's pseudonym."""
    return furnish(home)


@pytest.fixture
def public(home, site):
    """An event told by a printed code."""
    PrintedCode.objects.create(
        code="ABCDEFGHJK", installation=INSTALLATION, device=DEVICE, site=site, issued_at=NOW, issued_by="u"
    )
    return told_by(home, None, replace(TOLD, device="", printed="ABCDEFGHJK"), way="public")


def numbers(person, wanted=None, *, site=""):
    """The numbers a person finds."""
    return [row.number for row in events(person, wanted, today=TODAY, site=site).rows]


def test_a_maker_sees_the_core_and_never_the_site(home, site):
    """Codes, dates, version and a clear narrative; no site, installation, study or hand."""
    found = told_by(home, CLINIC, WHOLE)
    card = event(MAKER, found.number, today=TODAY)
    assert card.row.version == "1.0" and card.row.problems[0].code == "A110201"
    assert card.documents[0].narrative == TOLD.narrative
    said = msgspec.json.encode(msgspec.to_builtins(replace(card, moves=(), runs=(), broken=())))
    for secret in (site, INSTALLATION, "5" * 32, "u-", "anna", '"clinic"'):
        assert secret.encode() not in said or secret == '"clinic"'
    assert not any(step.by for step in card.steps) and not card.alerts


def test_a_held_narrative_is_nobodys_to_read_on_a_card(home, site):
    """Neither maker, clinic nor head: it is opened by a deed of its own."""
    found = told_by(home, CLINIC, replace(TOLD, narrative=PERSONAL))
    cards = [
        event(who, found.number, today=TODAY, site=where)
        for who, where in ((MAKER, ""), (HEAD, ""), (CLINIC, site))
    ]
    assert [card.documents[0].narrative for card in cards] == ["", "", ""]
    assert all(card.row.held and card.documents[0].held_kind == "name" for card in cards)
    assert numbers(HEAD, EventFilter(held=True)) == [found.number]


def test_strangers_find_nothing(home, site):
    """Another clinic, another maker, the public and an operator: the event is unknown to each."""
    found = told_by(home, CLINIC)
    operator = replace(HEAD, role=Role.OPERATOR)
    for who in (STRANGER, OTHER_MAKER, None, operator):
        assert code_of(event, who, found.number, today=TODAY, site="s-other") == "vigilance.event-unknown"
        assert numbers(who, site="s-other") == []
    assert numbers(CLINIC) == [] and numbers(CLINIC, site=site) == [found.number]


def test_an_unconfirmed_word_is_the_clinics_and_the_desks(home, site, public):
    """The maker hears of it only when it is confirmed; then its clock starts."""
    assert numbers(MAKER) == [] and numbers(HEAD) == [public.number] == numbers(CLINIC, site=site)
    confirmed = Grounds("It happened in our room.")
    assert (
        move_event(home, public.number, "confirm", by=CLINIC, grounds=confirmed, now=NOW) == "awaiting_report"
    )
    assert numbers(MAKER) == [public.number]


def test_a_declined_word_never_reaches_the_maker(home, site, public):
    """The clinic says why; to the maker there was nothing."""
    why = Grounds("A trainee pressed it.")
    assert move_event(home, public.number, "decline", by=CLINIC, grounds=why, now=NOW) == "declined"
    assert numbers(MAKER) == [] and numbers(HEAD, EventFilter(state="closed")) == [public.number]


def test_a_grounds_text_of_a_clinic_stays_with_staff(home, site, public):
    """The maker reads that it was confirmed, not in whose words."""
    move_event(home, public.number, "confirm", by=CLINIC, grounds=Grounds("Room seven."), now=NOW)
    said = {step.verb: step.because for step in event(MAKER, public.number, today=TODAY).steps}
    assert said["confirm"] == "" and "tell_maker_other" in said


def test_the_reporter_follows_by_token_and_by_account(home, site, public):
    """Plain words, days and how it ended; nobody's name, nobody's papers."""
    assert followed(public.token).state == "unconfirmed"
    move_event(home, public.number, "confirm", by=INSPECTOR, grounds=Grounds("Rang them."), now=NOW)
    file_document(home, public.number, "report", {"summary": "A setting."}, by=MAKER, now=NOW)
    closing = Grounds("Read.", {"outcome": "The setting was corrected."})
    move_event(home, public.number, "close", by=INSPECTOR, grounds=closing, now=NOW)
    card = followed(public.token)
    assert (card.is_over, card.outcome) == (True, "The setting was corrected.")
    assert [step.said.en for step in card.steps][-2:] == [
        "The maker filed its report.",
        "The review was finished.",
    ]
    assert followed_by_clinic(public.number, site=site) == card
    assert code_of(followed, "guess") == "vigilance.token-unknown"
    assert code_of(followed_by_clinic, public.number, site="s-other") == "vigilance.event-unknown"


def test_what_others_did_a_clinic_reads_only_about_the_device(home, site):
    """The maker's report is not shown to a clinic, its safety notice is."""
    found = told_by(home, CLINIC)
    for kind in ("report", "safety_notice"):
        file_document(home, found.number, kind, {"summary": "A setting."}, by=MAKER, now=NOW)
    card = event(CLINIC, found.number, today=TODAY, site=site)
    assert [each.kind for each in card.documents] == ["message", "safety_notice"]


def test_a_queue_is_filtered_paged_and_counted(home, site):
    """By device, seriousness, code, way, place, days; newest first; counts ignore the state."""
    first, second = told_by(home, CLINIC), told_by(home, CLINIC, DEATH)
    letter = told_by(home, INSPECTOR, replace(TOLD, device="", device_told="a viewer"))
    assert numbers(HEAD, EventFilter(seriousness="death")) == [second.number]
    assert numbers(HEAD, EventFilter(code="A11", device=DEVICE)) == [second.number, first.number]
    assert numbers(HEAD, EventFilter(unplaced=True)) == [letter.number]
    assert numbers(HEAD, EventFilter(way="letter", received_since=TODAY, changed_since=NOW)) == [
        letter.number
    ]
    page = events(HEAD, EventFilter(state="open"), today=TODAY, limit=2)
    assert [row.number for row in page.rows] == [letter.number, second.number]
    rest = events(HEAD, EventFilter(state="open"), today=TODAY, after=page.next)
    assert [row.number for row in rest.rows] == [first.number] and rest.next is None
    assert (page.by_state["awaiting_report"], page.by_state["received"]) == (2, 1)
    assert [row.number for row in rows_of([second.number, first.number], MAKER, today=TODAY)] == [
        first.number, second.number,
    ]  # fmt: skip


def test_every_number_has_a_due_date_with_its_derivation(home, site):
    """The row names the next clock; its run tells norm, citation and how the day was counted."""
    told_by(home, CLINIC, DEATH)
    run = events(HEAD, today=TODAY).rows[0].due
    assert (run.key, run.due.isoformat(), run.left) == ("vigilance.report.death", "2026-12-01", 10)
    assert run.norm.cite and len(run.derivation) >= 2


def test_a_message_is_answered_for_by_whoever_told(home, site):
    """T-19 is a clinic's for a clinic and a maker's for a maker."""
    for who, role in ((CLINIC, "clinic"), (MAKER, "manufacturer_reporter")):
        found = told_by(home, who)
        assert event(HEAD, found.number, today=TODAY).runs[0].responsible == role
