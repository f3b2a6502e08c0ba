# SPDX-License-Identifier: Apache-2.0
"""The pages of filings: every role sees what it may, foreign ones do not exist, no foreign form acts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.portal.maker_deeds import amendment, draft, filed, hand_in, held, move, text, upload

FORM_PAGES = (
    "product", "entry", "applicant", "documents", "technical", "operating", "trials", "plan", "payment",
)  # fmt: skip
POSTS = ("move/", "check/", "evidence/", "papers/", "form/product/")


@pytest.fixture
def rival(client_of, house):
    """Somebody of another maker, signed in."""
    from nadzor.people.models import User
    from nadzor.register import queries

    other = queries.device("ai-003").maker.code
    own = User.objects.get(username="manufacturer_admin").organisation
    assert own is not None and own.code != other
    user = User.objects.create(username="rival", role="manufacturer_admin")
    user.organisation = type(own).objects.get(code=other)
    user.save()
    return client_of("rival")


def read_addresses(client, number):
    """Every address of a filing that is read."""
    card = text(client.get(f"/filings/{number}/"))
    letters = re.findall(rf'href="(/filings/{number}/letters/\d+/)"', card)
    papers = re.findall(rf'href="(/filings/{number}/papers/[\w.]+/\d+/)"', card)
    assert letters and papers
    clocks = [f"/filings/{number}/clocks/0/", f"/filings/{number}/clocks/next/"]
    return [f"/filings/{number}/", *clocks, *letters, letters[0].rstrip("/") + ".pdf", *papers]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_page_of_a_draft_answers_its_maker(client_of, language):
    """Account, list, start page, every page of the form, the check and the card have one heading each."""
    maker = client_of("manufacturer_admin", language)
    number = draft(maker)
    own = [f"/filings/{number}/", f"/filings/{number}/check/"]
    own += [f"/filings/{number}/form/{page}/" for page in ("start", *FORM_PAGES)]
    for address in ("/account/", "/filings/", "/filings/?stage=all&late=yes", "/filings/new/", *own):
        page = text(maker.get(address))
        assert len(re.findall(r"<h1[ >]", page)) == 1, address
        assert f'<html lang="{language}"' in page


@pytest.mark.parametrize("procedure", ["registration_accelerated", "amendment_plain", "amendment_expertise"])
def test_every_procedure_has_its_form(client_of, procedure):
    """Each kind of application opens with pages that can be filled and checked."""
    maker = client_of("manufacturer_admin", "en")
    given = {"procedure": procedure, "name.ru": "Проба", "device": "ai-001", "changes": ["other"]}
    first = maker.post("/filings/new/", given)["Location"]
    page = text(maker.get(first))
    ways = re.findall(r'href="(/filings/[\d-]+/form/\w+/)"', page)
    assert len(ways) >= 3
    assert [maker.get(way).status_code for way in ways] == [200] * len(ways)
    assert maker.get(first.replace("form/start/", "check/")).status_code == 200


def test_a_foreign_filing_does_not_exist(client_of, rival):
    """To a rival, an expert without the task, a clinic and the operator no address has such a filing."""
    maker = client_of("manufacturer_admin")
    number = filed(maker)
    addresses = read_addresses(maker, number)
    for stranger in (rival, client_of("expert"), client_of("clinic"), client_of("operator")):
        assert {stranger.get(address).status_code for address in addresses} == {404}
        answers = [
            stranger.post(f"/filings/{number}/{name}", {"verb": "withdraw", "declared": "yes"})
            for name in POSTS
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert all("filing.unknown" in text(answer) for answer in answers)
        assert number not in text(stranger.get("/filings/?stage=all"))
    assert "withdrawn" not in text(client_of("manufacturer_admin", "en").get(f"/filings/{number}/"))


def test_the_public_signs_in_first(client_of):
    """Without an account every address leads to the door, and nothing is done."""
    maker = client_of("manufacturer_admin")
    number = filed(maker)
    public = client_of()
    for address in ("/account/", "/filings/", "/filings/new/", *read_addresses(maker, number)):
        answer = public.get(address)
        assert (answer.status_code, answer["Location"][:7]) == (302, "/login/")
    for name in POSTS:
        assert public.post(f"/filings/{number}/{name}", {"verb": "withdraw"})["Location"].startswith(
            "/login/"
        )


def test_drafts_are_their_makers_alone(client_of):
    """Staff do not see a draft; the maker's reporter reads it and may not write it."""
    maker = client_of("manufacturer_admin")
    number = draft(maker)
    for role in ("registrar", "head", "inspector", "expert", "moscow_centre"):
        assert client_of(role).get(f"/filings/{number}/").status_code == 404
    reporter = client_of("manufacturer_reporter")
    assert reporter.get(f"/filings/{number}/").status_code == 200
    assert reporter.get(f"/filings/{number}/form/product/").status_code == 409
    assert reporter.post(f"/filings/{number}/form/product/", {"product.name": "x"}).status_code == 409
    assert hand_in(reporter, number).status_code in (403, 409)
    assert reporter.get("/filings/new/").status_code == 403
    assert 'name="verb"' not in text(reporter.get(f"/filings/{number}/"))


def test_another_sites_forms_do_nothing(house, client_of):
    """Every address that writes asks for the token of our own page."""
    from nadzor.people.models import User

    number = filed(client_of("manufacturer_admin"))
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        User.objects.get(username="manufacturer_admin"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    addresses = [f"/filings/{number}/{name}" for name in POSTS]
    addresses += ["/filings/new/", "/account/notices/", "/account/notices/1/"]
    assert {client.post(address, {"verb": "withdraw"}).status_code for address in addresses} == {403}


def test_pages_read_by_staff_show_their_moves_only(client_of):
    """The registrar has the table's moves, the auditor none; a move that would be refused says why."""
    maker, registrar = client_of("manufacturer_admin"), client_of("registrar", "en")
    number = filed(maker)
    page = text(registrar.get(f"/filings/{number}/"))
    verbs = set(re.findall(r'name="verb" value="(\w+)"', page))
    assert verbs == {"find_incomplete", "find_complete", "stand_still"}
    assert 'name="verb"' not in text(client_of("auditor").get(f"/filings/{number}/"))
    defects = {"defects": "no images", "because": "see the set"}
    assert move(registrar, number, "find_incomplete", **defects).status_code == 302
    barred = text(registrar.get(f"/filings/{number}/"))
    assert "move-barred" in barred and "move" in barred


def test_every_last_day_leads_to_its_norm_and_arithmetic(client_of):
    """Each date of the law on list, card and check links to a clock's page and to a norm."""
    maker = client_of("manufacturer_admin")
    number = filed(maker)
    for address in (f"/filings/{number}/", "/filings/", "/account/"):
        page = text(maker.get(address))
        days = re.findall(r'class="due-day" href="([^"]+)"', page)
        assert days and all("/clocks/" in each for each in days)
        assert len(re.findall(r'class="norm[^"]*" href="/norms/', page)) >= len(days)
    clock = maker.get(f"/filings/{number}/clocks/next/")
    assert maker.get(clock["Location"]).status_code == 200
    other = draft(maker, "Другое")
    dues = re.findall(r'class="due-day" href="([^"]+)"', text(maker.get(f"/filings/{other}/check/")))
    assert len(dues) == 2 and all(each.startswith("/norms/") for each in dues)
    assert maker.get(f"/filings/{other}/clocks/next/").status_code == 404


def test_names_and_texts_are_never_markup(client_of):
    """A product called by a script, grounds with tags: every page shows them as letters."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    maker, registrar = client_of("manufacturer_admin"), client_of("registrar")
    number = filed(maker, evil[:250])
    move(registrar, number, "find_incomplete", defects=f"{evil}\n{evil}", because=evil)
    pages = ["/filings/", "/account/", f"/filings/{number}/", f"/filings/{number}/check/"]
    pages += [f"/filings/{number}/form/product/", *read_letters(maker, number)]
    for address in pages:
        page = text(maker.get(address))
        assert "&lt;script&gt;alert(1)" in page, address
        assert "<script>alert" not in page and "<img src=x" not in page, address


def read_letters(client, number):
    """The letters of a filing."""
    return re.findall(rf'href="(/filings/{number}/letters/\d+/)"', text(client.get(f"/filings/{number}/")))[
        -1:
    ]


def test_letters_are_read_and_printed_in_both_languages(client_of):
    """The notice of a negative conclusion names its norms; a letter of another filing is not there."""
    makers = {language: client_of("manufacturer_admin", language) for language in ("ru", "en")}
    number = held(makers["ru"], client_of("registrar"), client_of("expert"))
    address = read_letters(makers["ru"], number)[0]
    for language, words in (("ru", "Отказ не принят"), ("en", "Nothing has been refused yet")):
        page = text(makers[language].get(address))
        assert words in page and 'href="/norms/objections.filing"' in page
        assert re.search(rf'class="due-day" href="/filings/{number}/clocks/\d+/"', page)
        paper = makers[language].get(address.rstrip("/") + ".pdf")
        assert paper.content.startswith(b"%PDF-") and paper["Content-Type"] == "application/pdf"
    missing = makers["ru"].get(f"/filings/{number}/letters/999999/")
    assert missing.status_code == 404 and "filing.letter-unknown" in text(missing)


def test_the_gates_evidence_stands_beside_a_version_amendment(client_of):
    """A version amendment shows what the gate proves, and that it bars nothing."""
    maker = client_of("manufacturer_admin", "en")
    number = amendment(maker)
    page = text(maker.get(f"/filings/{number}/"))
    assert 'id="gate"' in page and "our own outages never count" in page


def test_a_paper_comes_back_byte_for_byte(client_of):
    """A paper is saved, never shown as a page, whatever it calls itself."""
    maker = client_of("manufacturer_admin")
    number = draft(maker)
    maker.post(f"/filings/{number}/form/documents/", {"risk_file": upload("<b>.pdf")})
    address = re.findall(rf'href="(/filings/{number}/papers/[^"]+)"', text(maker.get(f"/filings/{number}/")))[
        0
    ]
    answer = maker.get(address)
    assert answer.content.startswith(b"%PDF-") and answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    for wrong in ("risk_file/2/", "nonsense/1/"):
        assert maker.get(f"/filings/{number}/papers/{wrong}").status_code == 404
