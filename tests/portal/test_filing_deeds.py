# SPDX-License-Identifier: Apache-2.0
"""What a maker and the regulator do with filings on the pages: what is refused comes back as it was typed."""

from __future__ import annotations

import re

import pytest

from nadzor.records.files import SIZE_MAX
from tests.portal.maker_deeds import (
    PDF,
    amendment,
    draft,
    filed,
    fill,
    hand_in,
    held,
    move,
    text,
    upload,
)


def messages_of(client, number):
    """What the card says on top after a deed."""
    return text(client.get(f"/filings/{number}/"))


def test_an_application_is_opened_filled_checked_and_handed_in(client_of):
    """From the start page to the registrar: what was filled stands in the check, what is missing is named."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    fill(maker, number)
    page = text(maker.get(f"/filings/{number}/check/"))
    assert "Search for calcification." in page and "not attached" in page
    assert re.search(r"\d+ defects found", page) and "195" in page
    assert f'href="/filings/{number}/form/documents/#risk_file"' in page
    assert hand_in(maker, number)["Location"] == f"/filings/{number}/"
    card = messages_of(maker, number)
    assert "completeness and reliability being checked" in card and "Digest of form and papers" in card
    assert client_of("registrar").get(f"/filings/{number}/").status_code == 200


def test_nothing_is_handed_in_without_a_declaration(client_of):
    """Without the declaration, or with defects nobody confirmed, the page comes back and says so."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    bare = maker.post(f"/filings/{number}/check/", {"verb": "submit"})
    assert bare.status_code == 422 and "Tick it to hand in." in text(bare) and 'role="alert"' in text(bare)
    unconfirmed = maker.post(f"/filings/{number}/check/", {"verb": "submit", "declared": "yes"})
    assert unconfirmed.status_code == 409 and "cure the defects first" in text(unconfirmed)
    assert 'value="yes" checked' in text(unconfirmed)
    assert "not filed yet" in messages_of(maker, number)


def test_a_second_press_does_nothing_twice(client_of):
    """The second press of a button is answered clearly, and only one step was made."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar", "en")
    number = draft(maker)
    for _press in range(2):
        assert hand_in(maker, number, seen="0").status_code == 302
    assert "nothing was done twice" in messages_of(maker, number)
    for _press in range(2):
        answer = registrar.post(f"/filings/{number}/move/", {"verb": "find_complete", "seen": "1"})
        assert answer.status_code == 302
    page = text(registrar.get(f"/filings/{number}/"))
    assert page.partition('class="moves"')[2].count("<div>Find the set complete") == 1
    stale = registrar.post(f"/filings/{number}/move/", {"verb": "find_complete", "seen": "2"})
    assert stale.status_code == 409 and 'role="alert"' in text(stale)


def test_nobody_decides_on_what_has_changed_since(client_of):
    """A move from an old reading is not made, nothing typed is lost, and read anew it may be."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar", "en")
    number = draft(maker)
    hand_in(maker, number, seen="0")
    move(registrar, number, "stand_still", because="see the act", standing_ground="court")
    body = {"verb": "withdraw", "seen": "1", "withdraw.confirm": "yes"}
    stale = maker.post(f"/filings/{number}/move/", body)
    assert stale.status_code == 409 and "in another state by now" in text(stale)
    assert 'name="seen" value="2"' in text(stale) and 'value="yes" checked' in text(stale)
    fresh = maker.post(f"/filings/{number}/move/", body | {"seen": "2"})
    assert fresh.status_code == 302


def test_a_page_that_cannot_be_read_loses_nothing(client_of):
    """A day that is no day: the page comes back with everything typed, and the rest of the form stands."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    given = {"plan.goals": "see <b>all</b>", "plan.starts": "soon", "plan.sample_size": "many"}
    answer = maker.post(f"/filings/{number}/form/plan/", given)
    page = text(answer)
    assert answer.status_code == 422 and 'role="alert"' in page
    assert "see &lt;b&gt;all&lt;/b&gt;" in page and 'value="soon"' in page and 'value="many"' in page
    assert 'href="#plan.starts"' in page and "Write a whole number in digits." in page
    good = {"plan.goals": "see all", "plan.starts": "2026-12-01", "plan.sample_size": "1 200", "do": "leave"}
    assert maker.post(f"/filings/{number}/form/plan/", good)["Location"] == f"/filings/{number}/"
    again = text(maker.get(f"/filings/{number}/form/plan/"))
    assert "see all</textarea>" in again and 'value="1200"' in again
    missing = maker.get(f"/filings/{number}/form/nonsense/")
    assert missing.status_code == 404 and "filing.page-unknown" in text(missing)


def test_what_is_too_long_is_named_beside_its_field(client_of):
    """What the form cannot hold is said at the field, and what was typed is still there."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    answer = maker.post(f"/filings/{number}/form/product/", {"product.version": "9" * 60})
    page = text(answer)
    assert answer.status_code == 422 and 'href="#product.version"' in page and "9" * 60 in page


def test_rows_of_reports_and_payments_are_kept(client_of):
    """Several reports and payments: each row is kept, an empty one is not, the page offers one more."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    trials = {
        "technical_trial-0-body": "accredited-laboratory", "technical_trial-0-number": "T-1",
        "technical_trial-0-issued": "2026-02-03", "inspection-0-body": "nik", "inspection-0-number": "I-2",
        "do": "stay",
    }  # fmt: skip
    assert maker.post(f"/filings/{number}/form/trials/", trials)["Location"].endswith("/form/trials/")
    page = text(maker.get(f"/filings/{number}/form/trials/"))
    assert 'value="T-1"' in page and 'value="I-2"' in page and "technical_trial-1-number" in page
    paid = {"duty_registration-0-order": "77", "duty_registration-0-amount": "195 000"}
    maker.post(f"/filings/{number}/form/payment/", paid)
    page = text(maker.get(f"/filings/{number}/form/payment/"))
    assert 'value="77"' in page and 'value="195000"' in page
    wrong = maker.post(f"/filings/{number}/form/payment/", paid | {"duty_registration-0-paid_on": "x"})
    assert wrong.status_code == 422 and 'href="#duty_registration-0-paid_on"' in text(wrong)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("report.pdf", b"MZ\x90\x00 a programme", "another type"),
        ("report.pdf", b"", "empty"),
        ("report.exe", b"MZ\x90\x00", "PDF"),
        ("report.pdf", b"%PDF-1.7 " + b"0" * SIZE_MAX, "16"),
        ("report.pdf", PDF + b"/JavaScript (x)", "JavaScript"),
    ],
)
def test_a_bad_file_is_refused_and_the_rest_of_the_page_is_kept(client_of, name, content, code):
    """A disguised, empty, strange, huge or active file is named at its field; a good one beside it stays."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    given = {"risk_file": upload(name, content), "verification_report": upload("good.pdf")}
    answer = maker.post(f"/filings/{number}/form/documents/", given)
    page = text(answer)
    assert answer.status_code == 422 and 'id="risk_file-error"' in page
    assert 'id="verification_report-error"' not in page
    card = messages_of(maker, number)
    assert "good.pdf" in card and "report.pdf" not in card


def test_a_new_file_becomes_the_next_edition(client_of):
    """Both editions stay, the older one marked as superseded."""
    maker = client_of("manufacturer_admin", "en")
    number = draft(maker)
    for content in (PDF, PDF + b"%2"):
        maker.post(f"/filings/{number}/form/documents/", {"risk_file": upload("risk.pdf", content)})
    card = messages_of(maker, number)
    assert card.count("risk.pdf") == 2 and card.count("superseded") == 1
    assert "edition 2" in text(maker.get(f"/filings/{number}/form/documents/"))


def test_a_refused_move_comes_back_as_it_was_typed(client_of):
    """Defects without grounds: the form is open, the text is there, the summary leads to the field."""
    maker, registrar = client_of("manufacturer_admin"), client_of("registrar", "en")
    number = filed(maker)
    answer = move(registrar, number, "find_incomplete", defects="no <images>")
    page = text(answer)
    assert answer.status_code == 422 and 'id="do-find_incomplete" open' in page
    assert "no &lt;images&gt;</textarea>" in page and 'href="#find_incomplete.because"' in page
    empty = move(registrar, number, "find_incomplete", because="see")
    assert empty.status_code == 422 and 'href="#find_incomplete.defects"' in text(empty)
    assert move(registrar, number, "register", because="x").status_code == 409


def test_defects_are_cured_by_the_same_pages(client_of):
    """Found incomplete, the maker reads all defects, corrects the form and hands in again."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar")
    number = filed(maker)
    move(registrar, number, "find_incomplete", defects="no images\nno plan", because="see the set")
    card = messages_of(maker, number)
    assert "no images" in card and "no plan" in card and "T-03" in card
    assert maker.post(f"/filings/{number}/form/plan/", {"plan.goals": "now there"}).status_code == 302
    assert hand_in(maker, number, "cure").status_code == 302
    assert messages_of(maker, number).count("Digest of form and papers") == 2
    assert maker.get(f"/filings/{number}/form/plan/").status_code == 409


def test_objections_are_filed_with_a_paper(client_of):
    """While a refusal is held the maker attaches a paper and objects; the regulator reads both."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar", "en")
    number = held(maker, registrar, client_of("expert"))
    given = {"paper-kind": "objections", "paper-file": upload("objections.pdf")}
    assert maker.post(f"/filings/{number}/papers/", given).status_code == 302
    bad = maker.post(f"/filings/{number}/papers/", {"paper-kind": "objections"})
    assert bad.status_code == 422 and 'id="do-paper" open' in text(bad)
    assert move(maker, number, "object").status_code == 422
    said = "The report was on page 14."
    assert move(maker, number, "object", objections_text=said).status_code == 302
    page = text(registrar.get(f"/filings/{number}/"))
    assert said in page and "objections.pdf" in page and "T-07" in page


def test_evidence_is_recorded_and_never_from_the_future(client_of):
    """A record needs a day that has come and a body of the law's list; a good one stands on the card."""
    maker, registrar = client_of("manufacturer_admin"), client_of("registrar", "en")
    number = filed(maker)
    address = f"/filings/{number}/evidence/"
    given = {
        "kind": "inspection",
        "body": "nik",
        "number": "17-D",
        "day": "2026-02-03",
        "outcome": "positive",
    }
    for wrong in ({"day": ""}, {"day": "2999-01-01"}, {"body": "listed-clinic"}, {"kind": "nonsense"}):
        answer = registrar.post(address, given | wrong)
        assert answer.status_code == 422 and 'id="do-evidence" open' in text(answer), wrong
        assert 'value="17-D"' in text(answer)
    assert registrar.post(address, given).status_code == 302
    assert "17-D" in text(registrar.get(f"/filings/{number}/"))
    assert client_of("auditor").post(address, given).status_code in (403, 404)


def test_a_returned_application_is_filed_anew(client_of):
    """A withdrawn application is opened again with its form, linked both ways."""
    maker = client_of("manufacturer_admin", "en")
    number = filed(maker)
    assert move(maker, number, "withdraw").status_code == 302
    anew = move(maker, number, "file_anew")["Location"]
    fresh = re.findall(r"[\d-]{6,}", anew)[0]
    assert fresh != number and number in messages_of(maker, fresh)
    assert fresh in messages_of(maker, number)


def test_an_amendment_finds_its_procedure(client_of):
    """What is marked names the procedure with its reasons; another device of another maker is not offered."""
    maker = client_of("manufacturer_admin", "en")
    page = text(maker.get("/filings/new/?device=ai-001&changes=version_numbering"))
    assert 'name="procedure" value="amendment_version"' in page
    assert 'href="/norms/registration.version_amendment?' in page
    assert 'name="procedure" value="amendment_expertise"' in page
    assert "Mark at least one change." in text(maker.get("/filings/new/?device=ai-001"))
    assert "Choose one of your devices." in text(maker.get("/filings/new/?device=ai-003&changes=other"))
    foreign = maker.post("/filings/new/", {"procedure": "amendment_plain", "device": "ai-003"})
    assert foreign.status_code == 422
    assert maker.post("/filings/new/", {"procedure": "nonsense"}).status_code == 422
    assert maker.get(f"/filings/{amendment(maker)}/form/start/").status_code == 200


def test_a_version_amendment_names_a_new_version(client_of):
    """The current version comes from the register; the same one again is a defect, a new one is not."""
    from nadzor.register import queries

    maker = client_of("manufacturer_admin", "en")
    number = amendment(maker)
    page = f"/filings/{number}/form/product/"
    assert 'name="product.version"' not in text(maker.get(page))
    now = [row.version for row in queries.versions("ai-001") if row.registered_on][-1]
    for version, is_same in ((now, True), ("99.1", False)):
        assert maker.post(page, {"amendment.version": version}).status_code == 302
        check = text(maker.get(f"/filings/{number}/check/"))
        assert ("The version to be entered is the current one" in check) is is_same


def test_a_maker_asks_to_end_a_registration(client_of):
    """The request is opened as a draft and handed in with its grounds."""
    maker = client_of("manufacturer_admin", "en")
    given = {"procedure": "cancellation", "ended": "ai-001", "summary": "no longer made"}
    number = re.findall(r"/filings/([\d-]+)/", maker.post("/filings/new/", given)["Location"])[0]
    assert move(maker, number, "request_cancellation").status_code == 422
    assert move(maker, number, "request_cancellation", because="no longer made").status_code == 302


def test_the_account_says_what_waits_and_keeps_notices_of_others(client_of):
    """A draft waits for its maker; a notice is read once, by POST, and only by whom it is for."""
    from nadzor.records.models import Notice

    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar")
    number = filed(maker)
    move(registrar, number, "find_incomplete", defects="no plan", because="see the set")
    page = text(maker.get("/account/"))
    assert f'href="/filings/{number}/"' in page and "T-03" in page
    mine = re.findall(r'action="/account/notices/(\d+)/"', page)
    other = Notice.objects.filter(role="registrar").first()
    assert mine and other is not None
    assert maker.get(f"/account/notices/{mine[0]}/").status_code == 405
    assert maker.post(f"/account/notices/{mine[0]}/")["Location"].startswith("/filings/")
    maker.post(f"/account/notices/{other.pk}/")
    assert Notice.objects.get(pk=other.pk).read_at is None
    maker.post("/account/notices/")
    assert "/account/notices/" not in text(maker.get("/account/"))
    assert registrar.get("/account/").status_code == 403


def test_the_registrar_reads_all_answers(client_of):
    """Whoever sees an application reads its answers and what the checklist finds, and changes nothing."""
    maker, registrar = client_of("manufacturer_admin", "en"), client_of("registrar", "en")
    number = draft(maker)
    fill(maker, number)
    hand_in(maker, number)
    page = text(registrar.get(f"/filings/{number}/check/"))
    assert "Search for calcification." in page and re.search(r"\d+ defects found", page)
    assert "/form/" not in page and 'id="hand-in"' not in page
    assert f'href="/filings/{number}/check/"' in text(registrar.get(f"/filings/{number}/"))
    assert registrar.get("/filings/2020-000001/check/").status_code == 404
