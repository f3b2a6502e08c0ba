# SPDX-License-Identifier: Apache-2.0
"""Opening, writing and attaching: by whom, in which state, and nothing half taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.actions import attach_paper as attaching
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.open_filing import External, open_filing
from nadzor.actions.save_form import save_form
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, files
from nadzor.register import filings
from tests.filing_samples import (
    AGENT,
    EXPERT,
    FORM,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    PDF,
    REGISTRAR,
    REPORTER,
    RIVAL,
    carry,
    draft,
    move,
    town,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)


@pytest.fixture(autouse=True)
def _town():
    town()


def card(number, by=MAKER_ADMIN):
    """The filing as somebody sees it."""
    return filings.filing(by, number, today=TODAY)


def test_a_draft_has_a_number_a_title_and_no_clock():
    """Numbers follow one another within a Moscow year; nothing runs before it is handed in."""
    first = draft()
    new_year = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)
    assert (first, draft(), draft(at=new_year)) == ("2026-000001", "2026-000002", "2027-000001")
    row = card(first).row
    assert (row.state, row.stage, row.filed_on, row.next_due) == ("draft", "preparing", None, None)
    assert row.title == Text("Лучик «Сердце-КТ»", "Luchik Heart CT")
    assert card(first).may_edit and not card(first, REPORTER).may_edit


def test_an_affair_is_opened_by_whom_the_table_names():
    """The maker's administrator, a representative for the foreign maker, the regulator for its cases."""
    assert card(draft(by=AGENT), AGENT).row.applicant.code == "posrednik"
    named = open_filing("registration_simplified", by=MAKER_ADMIN, now=NOW, title=Text("Черновик", "A draft"))
    assert card(named).row.title.en == "A draft"
    case = open_filing("case", by=INSPECTOR, now=NOW, device="ai-901")
    assert card(case, HEAD).row.channel == "house"
    with pytest.raises(Refusal, match=r"filing\.unknown"):
        card(case)


@pytest.mark.parametrize(
    ("procedure", "by", "more", "code"),
    [
        ("magic", MAKER_ADMIN, {}, "filing.procedure-unknown"),
        ("signal", MAKER_ADMIN, {}, "filing.procedure-unknown"),
        ("amendment_version", MAKER_ADMIN, {}, "filing.device-needed"),
        ("amendment_version", MAKER_ADMIN, {"device": "ai-999"}, "filing.device-needed"),
        ("amendment_version", RIVAL, {"device": "ai-901"}, "filing.not-yours"),
        ("case", MAKER_ADMIN, {"device": "ai-901"}, "filing.not-yours"),
        ("registration_simplified", REPORTER, {}, "filing.not-yours"),
        ("registration_simplified", REGISTRAR, {"maker": "luchik"}, "filing.not-yours"),
        ("registration_simplified", REGISTRAR, {}, "filing.maker-needed"),
        ("registration_simplified", None, {}, "filing.not-yours"),
        ("registration_simplified", AGENT, {"maker": "luchik"}, "filing.not-yours"),
        ("registration_simplified", MAKER_ADMIN, {"form": {"colour": "red"}}, "filing.field-unknown"),
    ],
)
def test_other_openings_are_refused(procedure, by, more, code):
    """And nothing is opened."""
    with pytest.raises(Refusal) as refusal:
        open_filing(procedure, by=by, now=NOW, **more)
    assert refusal.value.code == code
    assert audit.entries(verb="register.filing.open") == []


def test_a_representative_of_several_says_for_whom():
    """With one maker it is clear; with two it is asked."""
    both = Person(
        "a", "A", Role.REPRESENTATIVE, organisation="posrednik", represents=frozenset({"farlight", "x"})
    )
    with pytest.raises(Refusal, match=r"filing\.maker-needed"):
        open_filing("registration_simplified", by=both, now=NOW)
    assert open_filing("registration_simplified", by=both, now=NOW, maker="farlight")


def test_an_external_number_is_taken_once():
    """A second import of the same number is the same filing; receipt is the other door's own time."""
    told = External("GU-77-1", NOW - timedelta(days=3))
    number = draft(channel="gosuslugi", external=told)
    assert draft(channel="gosuslugi", external=told) == number
    with pytest.raises(Refusal, match=r"filing\.unknown"):
        draft(by=RIVAL, external=told)
    move(number, "submit")
    assert card(number).row.filed_on == moscow_date(told.at)


def test_filings_after_midnight_in_moscow_count_next_day():
    """21:30 in London on the 21st is the 22nd in Moscow."""
    number = draft()
    move(number, "submit", at=datetime(2026, 11, 21, 21, 30, tzinfo=UTC))
    assert card(number).row.filed_on.isoformat() == "2026-11-22"


def test_who_wrote_a_form_is_in_the_chain():
    """The fields by name and the person; what was typed stays in the form."""
    number = draft(form={})
    save_form(number, {"note": "seen", "name": {"ru": "Сердце"}}, by=MAKER_ADMIN, now=NOW)
    (link,) = audit.entries(verb="register.filing.form")
    assert (link.object, link.by, link.facts) == (
        f"filing {number}",
        "luchik-a",
        {"fields": ["name", "note"]},
    )
    assert audit.verify() == []


def test_a_form_is_written_field_by_field():
    """Sections are merged; None empties; what dossier and register both ask for is kept once."""
    number = draft(form={})
    save_form(
        number,
        {"plan": {"goals": "To confirm."}, "product": {"name": "Сердце", "ai": True}},
        by=MAKER_ADMIN,
        now=NOW,
    )
    save_form(number, {"plan": {"tasks": "Count."}, "name": {"en": "Heart"}}, by=MAKER_ADMIN, now=NOW)
    form = card(number).form
    assert form["plan"] == {"goals": "To confirm.", "tasks": "Count."}
    assert form["name"] == {"ru": "Сердце", "en": "Heart"} and form["ai"] is True
    assert card(number).row.title == Text("Сердце", "Heart")
    found = filings.filing_dossier(MAKER_ADMIN, number)
    assert (found.product.name, found.product.ai, found.applicant.maker.inn) == ("Сердце", True, "7707083893")
    save_form(number, {"plan": None, "product": {"ai": None}}, by=MAKER_ADMIN, now=NOW)
    assert "plan" not in card(number).form and "ai" not in card(number).form


@pytest.mark.parametrize(
    ("patch", "code", "at"),
    [
        ({"colour": "red", "ai": True}, "filing.field-unknown", "$.form.colour"),
        ({"ai": "perhaps", "version": "2.0"}, "filing.field-malformed", "$.form.ai"),
        ({"plan": {"goal": "x"}}, "filing.field-malformed", "$.form.plan"),
        ({"released_on": "31.12.2026"}, "filing.field-malformed", "$.form.released_on"),
        ({"note": "x" * 1_000_001}, "filing.field-malformed", "$.form"),
    ],
)
def test_a_refused_patch_takes_nothing(patch, code, at):
    """The field is named, and the form is as it was."""
    number = draft()
    before = card(number).form
    with pytest.raises(Refusal) as refusal:
        save_form(number, patch, by=MAKER_ADMIN, now=NOW)
    assert (refusal.value.code, refusal.value.at) == (code, at)
    assert card(number).form == before


def test_nobody_writes_after_handing_in_but_to_cure():
    """Checking: closed.  Curing: open again.  A reporter and a rival never write."""
    number = draft()
    for by, code in (
        (REPORTER, "filing.not-yours"),
        (RIVAL, "filing.unknown"),
        (REGISTRAR, "filing.unknown"),
    ):
        with pytest.raises(Refusal) as refusal:
            save_form(number, {"note": "x"}, by=by, now=NOW)
        assert refusal.value.code == code
    move(number, "submit")
    with pytest.raises(Refusal, match=r"filing\.not-editable"):
        save_form(number, {"note": "x"}, by=MAKER_ADMIN, now=NOW)
    move(number, "find_incomplete")
    save_form(number, {"note": "cured"}, by=MAKER_ADMIN, now=NOW)
    move(number, "cure")
    assert [each.form.get("note") for each in card(number).submissions] == [None, "cured"]


def test_papers_come_in_editions(home):
    """A new upload is the next edition; what was handed in names the newest of each kind by digest."""
    number = draft()
    for content in (PDF, PDF + b"%"):
        attach_paper(number, Upload("risk_file", content, "../Риски.pdf"), by=MAKER_ADMIN, now=NOW, home=home)
    found = card(number).papers
    assert [(each.edition, each.current, each.name) for each in found] == [
        (1, False, "Риски.pdf"),
        (2, True, "Риски.pdf"),
    ]
    assert filings.paper(MAKER_ADMIN, number, "risk_file", 1).digest == found[0].digest
    assert files.read(filings.paper(MAKER_ADMIN, number, "risk_file").digest, home=home) == PDF + b"%"
    move(number, "submit")
    (submission,) = card(number).submissions
    assert [(p["kind"], p["edition"]) for p in submission.papers] == [("risk_file", 2)]
    with pytest.raises(Refusal, match=r"filing\.paper-unknown"):
        filings.paper(MAKER_ADMIN, number, "risk_file", 3)
    with pytest.raises(Refusal, match=r"filing\.unknown"):
        filings.paper(RIVAL, number, "risk_file")


def test_each_side_attaches_what_is_its_own(home):
    """The expert its conclusion while it concludes, the maker its objections while it may object."""
    number = draft()
    carry(number, "submit", "find_complete", "start", "send_task")
    attach_paper(number, Upload("conclusion", PDF, "c.pdf"), by=EXPERT, now=NOW, home=home)
    attach_paper(number, Upload("evidence_file", PDF, "e.pdf"), by=REGISTRAR, now=NOW, home=home)
    for kind, by in (("risk_file", EXPERT), ("risk_file", MAKER_ADMIN), ("objections", MAKER_ADMIN)):
        with pytest.raises(Refusal, match=r"filing\.not-editable"):
            attach_paper(number, Upload(kind, PDF, "x.pdf"), by=by, now=NOW, home=home)
    carry(number, "conclude_negative", "notify_negative", at=NOW + timedelta(hours=1))
    attach_paper(number, Upload("objections", PDF, "o.pdf"), by=MAKER_ADMIN, now=NOW, home=home)
    assert {each.kind for each in card(number).papers} == {"conclusion", "evidence_file", "objections"}


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (Upload("magic", PDF, "x.pdf"), "filing.paper-kind"),
        (Upload("risk_file", b"MZ\x90", "x.pdf"), "file.disguised"),
        (Upload("images_interface", PDF, "x.pdf"), "file.type"),
    ],
)
def test_unfit_uploads_are_refused(home, upload, code):
    """By the kind's own types, before anything is kept."""
    number = draft()
    with pytest.raises(Refusal) as refusal:
        attach_paper(number, upload, by=MAKER_ADMIN, now=NOW, home=home)
    assert refusal.value.code == code
    assert card(number).papers == () and not (home.root / "files").exists()


def test_editions_end_somewhere(home, monkeypatch):
    """A programme in a loop is stopped."""
    monkeypatch.setattr(attaching, "EDITIONS_MAX", 1)
    number = draft()
    attach_paper(number, Upload("risk_file", PDF, "x.pdf"), by=MAKER_ADMIN, now=NOW, home=home)
    with pytest.raises(Refusal, match=r"filing\.papers-full"):
        attach_paper(number, Upload("risk_file", PDF, "x.pdf"), by=MAKER_ADMIN, now=NOW, home=home)


def test_defects_are_told_and_confirmed():
    """Handing in with defects asks once whether to file as it is; the step keeps what was found."""
    number = draft()
    with pytest.raises(Refusal) as refusal:
        move(number, "submit", confirm_defects=False)
    assert refusal.value.code == "filing.defects-unconfirmed"
    assert refusal.value.facts["count"] == len(refusal.value.facts["defects"]) > 5
    move(number, "submit", confirm_defects="on")
    assert set(refusal.value.facts["defects"]) <= set(card(number).steps[0].facts["defects_found"])
    answer = filings.filing_check(REGISTRAR, number, today=TODAY)
    assert answer.blocking == refusal.value.facts["count"] and not answer.complete


def test_the_sample_form_is_whole():
    """What the samples call a form is one the register can enter."""
    assert set(FORM) <= set(card(draft()).form)
