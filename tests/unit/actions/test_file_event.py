# SPDX-License-Identifier: Apache-2.0
"""Filing an event: who may tell what by which way, what starts, what is refused, and that it is told once."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from nadzor.records import audit, vault
from nadzor.records.models import Notice
from nadzor.vigilance.models import AdverseEvent, Alert, Narrative, PrintedCode, ReporterToken
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
)  # fmt: skip
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(home):
    """The sample clinic's pseudonym."""
    return furnish(home)


def test_a_clinic_is_told_of_by_pseudonym_alone(home, site):
    """The row, its documents, its steps, the audit and the notices hold the site and a pseudonym, no name."""
    found = told_by(home, CLINIC, replace(TOLD, installation=INSTALLATION))
    row = AdverseEvent.objects.get(number=found.number)
    assert (row.site, row.reporter) == (site, vault.speaker("anna", home=home))
    assert (found.number, found.state, found.clock) == (
        "AE-2026-000001", "awaiting_report", "vigilance.report.other",
    )  # fmt: skip
    kept = [*row.documents.values_list("by", "organisation"), *row.steps.values_list("by", "added")]
    assert "anna" not in str(kept) and "ward" not in str(kept)
    assert not any("anna" in str(link) or "ward" in str(link) for link in audit.walk())


def test_the_maker_becomes_aware_on_the_day_it_is_told(home, site):
    """Its clock counts thirty days from today, not from the clinic's day, and its notice names no site."""
    found = told_by(home, CLINIC)
    assert found.due == date(2026, 12, 21)
    text = Notice.objects.get(organisation_code="luchik").text_en
    assert found.number in text and site not in text and "froze" not in text


def test_a_makers_own_report_is_message_and_report_at_once(home, site):
    """The maker's clock started on the day it says it learned of the event, and its report stops all."""
    found = told_by(home, MAKER, form="report")
    row = AdverseEvent.objects.get(number=found.number)
    assert found.state == "reported" and found.due is None
    assert [each.kind for each in row.documents.all()] == ["message", "report"]
    assert [(each.verb, each.on.day) for each in row.steps.all()] == [
        ("discover", 18), ("become_aware_other", 18), ("send_message", 21), ("file_report", 21),
    ]  # fmt: skip


def test_a_makers_message_leaves_its_report_due(home, site):
    """Thirty days from the day the maker became aware."""
    assert told_by(home, MAKER).due == date(2026, 12, 18)


def test_a_printed_code_waits_to_be_confirmed(home, site):
    """A public word starts no clock, reaches no maker, and its token is given once and kept as a hash."""
    PrintedCode.objects.create(
        code="ABCDEFGHJK", installation=INSTALLATION, device=DEVICE, site=site, issued_at=NOW, issued_by="u"
    )
    found = told_by(home, None, replace(TOLD, device="", printed="abcde-fghjk"), way="public")
    assert (found.state, found.due, found.clock) == ("unconfirmed", None, "")
    assert found.token and found.token not in str(list(ReporterToken.objects.values()))
    assert not Notice.objects.filter(organisation_code="luchik").exists()
    assert Notice.objects.get(organisation_code="ward").subject == "clinic"


def test_a_public_word_sent_twice_has_one_token(home, site):
    """Whoever pressed twice reads the second answer and can follow the report all the same."""
    PrintedCode.objects.create(
        code="ABCDEFGHJK", installation=INSTALLATION, device=DEVICE, site=site, issued_at=NOW, issued_by="u"
    )
    word = replace(TOLD, device="", printed="ABCDEFGHJK")
    first, again = (told_by(home, None, word, way="public", source_id="f" * 32) for _ in range(2))
    assert (first.number, first.token) == (again.number, again.token) and len(first.token) == 24
    assert told_by(home, None, word, way="public", source_id="e" * 32).token != first.token


def test_nobody_files_as_the_house_through_the_portal(home, site):
    """Without an account there is the printed code alone."""
    assert code_of(told_by, home, None) == "vigilance.not-a-reporter"


def test_staff_file_a_letter_about_an_unknown_device(home, site):
    """An event whose device is not found yet is received and waits to be linked."""
    found = told_by(home, INSPECTOR, replace(TOLD, device="", device_told="a chest viewer"))
    row = AdverseEvent.objects.get(number=found.number)
    assert (row.way, row.state, row.device) == ("letter", "received", "")


def test_a_death_raises_one_alert_to_the_head_where_nobody_is_set(home, site):
    """On a Saturday, urgent in both languages, once."""
    found = told_by(home, CLINIC, DEATH)
    assert NOW.weekday() == 5
    alert = Alert.objects.get()
    assert (alert.kind, alert.event.number, alert.duty) == ("death", found.number, "")
    notice = Notice.objects.get(role="head")
    assert notice.text_ru.startswith("СРОЧНО") and notice.text_en.startswith("URGENT")
    assert found.due == date(2026, 12, 1)


def test_a_narrative_with_a_name_is_held_and_the_clock_runs(home, site):
    """The core is there with its due date; the text is sealed; only the kind of detail is told."""
    found = told_by(home, CLINIC, replace(TOLD, narrative=PERSONAL))
    kept = Narrative.objects.get()
    assert found.held and found.due is not None
    assert (kept.held, kept.text, kept.kind) == (True, "", "name")
    assert PERSONAL.encode() not in bytes(kept.sealed)
    said = [*Notice.objects.values_list("text_ru", "text_en"), *map(str, audit.walk())]
    assert not any("Иванов" in str(each) for each in said)


def test_told_twice_it_is_one_event(home, site):
    """The same number of the same sender gives the same event; another sender's is another."""
    first, again = (told_by(home, CLINIC, source_id="form-1") for _ in range(2))
    other = told_by(home, MAKER, source_id="form-1")
    assert first.number == again.number != other.number
    assert AdverseEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("by", "changed", "code"),
    [
        (CLINIC, {"event_on": date(2026, 11, 22)}, "vigilance.event-future"),
        (CLINIC, {"aware_on": date(2026, 11, 15)}, "vigilance.dates-contradict"),
        (CLINIC, {"event_type": "bad luck"}, "vigilance.type-unknown"),
        (CLINIC, {"version": "1.0 beta"}, "vigilance.version-malformed"),
        (CLINIC, {"study": "xyz"}, "vigilance.study-malformed"),
        (CLINIC, {"event_type": "", "problems": ()}, "vigilance.core-empty"),
        (CLINIC, {"narrative": "a" * 4001}, "vigilance.text-too-long"),
        (CLINIC, {"device": "", "device_told": "a" * 301}, "vigilance.text-too-long"),
        (CLINIC, {"device_told": PERSONAL}, "vigilance.told-personal"),
        (CLINIC, {"device": "ai-000"}, "vigilance.device-unknown"),
        (CLINIC, {"problems": ("A99",)}, "vigilance.code-unknown"),
        (STRANGER, {"installation": INSTALLATION}, "vigilance.installation-unknown"),
        (OTHER_MAKER, {}, "vigilance.device-unknown"),
        (None, {"printed": "NOSUCHCODE"}, "vigilance.printed-unknown"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_cannot_be_taken_is_refused_whole(home, site, by, changed, code):
    """Each refusal has its code, and nothing is filed."""
    way = "public" if by is None else "portal"
    assert code_of(told_by, home, by, replace(TOLD, **changed), way=way) == code
    assert not AdverseEvent.objects.exists()


def test_who_reports_nothing_is_refused(home, site):
    """An auditor tells of no event, and no form exists but two."""
    auditor = replace(HEAD, role="auditor")
    assert code_of(told_by, home, auditor) == "vigilance.not-a-reporter"
    assert code_of(told_by, home, CLINIC, form="novel") == "vigilance.form-unknown"


def test_dates_of_receipt_contradict_too(home, site):
    """An event after the day it was received, and one known after it, are refused."""
    late = replace(TOLD, aware_on=None)
    assert (
        code_of(told_by, home, INSPECTOR, late, received_on=date(2026, 11, 1)) == "vigilance.dates-contradict"
    )
    known = replace(TOLD, event_on=None)
    assert (
        code_of(told_by, home, INSPECTOR, known, received_on=date(2026, 11, 1))
        == "vigilance.dates-contradict"
    )
    assert NOW.date() == TODAY
