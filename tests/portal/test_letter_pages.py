# SPDX-License-Identifier: Apache-2.0
"""Letters to a site on pages: the desk never sees a clinic, the clinic never sees a pseudonym."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from nadzor.actions.write_letter import hand_over_letters
from nadzor.base import clock
from nadzor.people.models import Organisation
from nadzor.records import audit, notices, vault
from nadzor.vigilance.models import Signal, SiteLetter
from tests.town import CLINIC_OID

TELEPHONE = "+7 999 123-45-67"
PERSONAL = f"Спросите физика: {TELEPHONE}."
SITE = re.compile(r"\bs-[a-z2-7]{12}\b")


@pytest.fixture
def site(house):
    """The town's clinic, sealed."""
    return vault.seal(vault.Clinic(CLINIC_OID), home=house, now=clock.now())


def text(answer):
    """What a page says."""
    return answer.content.decode()


def written(client, site, **more):
    """The inspector writes."""
    given = {"site": site, "kind": "general", "text": "На каких мониторах вы читаете снимки?", **more}
    return client.post("/letters/new/", given)


@pytest.mark.parametrize(
    "language, words, own",
    [
        ("ru", "Письма площадкам", "Письма регулятора"),
        ("en", "Letters to sites", "Regulator&#x27;s letters"),
    ],
    ids=["ru", "en"],
)
def test_a_question_goes_and_its_answer_comes_back(client_of, house, site, language, words, own):
    """Written, handed over the next day, read, answered; the desk sees the answer beside the site alone."""
    inspector, clinic = client_of("inspector", language), client_of("clinic", language)
    assert written(inspector, site).status_code == 302
    number = SiteLetter.objects.get().number
    assert words in text(inspector.get("/letters/"))
    assert hand_over_letters(house, now=clock.now()) == 0
    assert hand_over_letters(house, now=clock.now() + timedelta(days=1)) == 1
    listed = text(clinic.get("/clinic/letters/"))
    letter = text(clinic.get(f"/clinic/letters/{number}/"))
    assert own in listed and "мониторах" in letter and not SITE.search(letter + listed)
    said = "На двух мониторах одной модели."
    assert clinic.post(f"/clinic/letters/{number}/answer/", {"text": said}).status_code == 302
    card = inspector.get(f"/letters/{number}/")
    assert said in text(card) and site in text(card) and "no-store" in card["Cache-Control"]
    name = Organisation.objects.get(oid=CLINIC_OID)
    assert name.name_ru not in text(card) and name.name_en not in text(card) and CLINIC_OID not in text(card)


def test_what_names_a_clinic_comes_back_as_typed(client_of, house, site):
    """Desk and clinic alike: refused at the field, nothing is kept."""
    inspector, clinic = client_of("inspector"), client_of("clinic")
    name = Organisation.objects.get(oid=CLINIC_OID).name_ru
    answer = written(inspector, site, text=f"Вы — {name}?")
    assert answer.status_code == 422 and 'href="#text"' in text(answer) and not SiteLetter.objects.exists()
    written(inspector, site)
    number = SiteLetter.objects.get().number
    answer = clinic.post(f"/clinic/letters/{number}/answer/", {"text": f"Мы — {CLINIC_OID}"})
    assert answer.status_code == 422 and SiteLetter.objects.get().answered_at is None


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_answer_that_names_a_person_is_held_until_it_is_redacted(client_of, house, site, language):
    """The clinic is told that it counts; the desk opens it by a press, redacts it beside the original."""
    inspector, clinic = client_of("inspector", language), client_of("clinic", language)
    written(inspector, site)
    number = SiteLetter.objects.get().number
    answer = clinic.post(f"/clinic/letters/{number}/answer/", {"text": PERSONAL}, follow=True)
    counts = {
        "ru": "Ответ засчитан, его текст пока придержан",
        "en": "Your answer is given and held back for now",
    }
    assert counts[language] in text(answer) and TELEPHONE not in text(answer)
    for page in ("/letters/", f"/letters/{number}/", f"/letters/{number}/answer/"):
        assert TELEPHONE not in text(inspector.get(page))
    opened = inspector.post(f"/letters/{number}/answer/")
    assert TELEPHONE in text(opened) and "no-store" in opened["Cache-Control"]
    release = f"/letters/{number}/answer/release/"
    refused = inspector.post(release, {"text": PERSONAL})
    assert refused.status_code == 422 and 'href="#text"' in text(refused)
    assert inspector.post(release, {"text": "Спросите ▮▮▮."}).status_code == 302
    assert all("▮▮▮" in text(client.get(page)) for client, page in (
        (inspector, f"/letters/{number}/"), (clinic, f"/clinic/letters/{number}/")
    ))  # fmt: skip
    assert inspector.get(f"/letters/{number}/answer/").status_code == 409


@pytest.mark.parametrize("role", ["clinic", "manufacturer_admin", "registrar", "auditor", "operator", None])
def test_the_desk_alone_writes(client_of, site, role):
    """Everybody else sees neither list nor form nor letter."""
    written(client_of("inspector"), site)
    number = SiteLetter.objects.get().number
    client = client_of(role)
    for page in ("/letters/", "/letters/new/", f"/letters/{number}/", f"/letters/{number}/answer/"):
        answer = client.get(page)
        assert answer.status_code in {302, 403, 404} and site not in text(answer)
    assert written(client, site).status_code in {302, 403} and SiteLetter.objects.count() == 1


def test_another_site_s_letter_does_not_exist(client_of, house, site):
    """A clinic opens and answers its own letters alone; the deed of the other is unknown to it."""
    other = vault.seal(vault.Clinic("1.2.643.5.1.13.13.12.2.77.9999"), home=house, now=clock.now())
    written(client_of("inspector"), other)
    number, clinic = SiteLetter.objects.get().number, client_of("clinic")
    assert clinic.get(f"/clinic/letters/{number}/").status_code == 404
    assert clinic.post(f"/clinic/letters/{number}/answer/", {"text": "нет"}).status_code == 404
    assert number not in text(clinic.get("/clinic/letters/"))
    assert hand_over_letters(house, now=clock.now() + timedelta(days=1)) == 0
    assert SiteLetter.objects.get().reached is False


def test_no_deed_and_no_notice_puts_a_site_beside_its_clinic(client_of, house, site):
    """The notice names no letter, the deeds name the site and a pseudonym, never the account."""
    written(client_of("inspector"), site)
    number, clinic = SiteLetter.objects.get().number, client_of("clinic")
    hand_over_letters(house, now=clock.now() + timedelta(days=1))
    clinic.get(f"/clinic/letters/{number}/")
    clinic.post(f"/clinic/letters/{number}/answer/", {"text": "Да."})
    code = Organisation.objects.get(oid=CLINIC_OID).code
    told = [one for one in notices.of("clinic", code) if one.subject == "letter"]
    assert len(told) == 1 and number not in told[0].text.ru and site not in told[0].text.ru
    deeds = audit.entries(object=f"letter {number}", limit=10)
    assert {deed.verb.rsplit(".", 1)[1] for deed in deeds} == {"write", "open", "answer"}
    assert all(deed.by != "clinic" and code not in str(deed) for deed in deeds)


def test_the_form_is_filled_in_by_the_page_that_leads_to_it(client_of, site):
    """From a letter's own card to the next one, and to the vault; nothing is sent by following a link."""
    inspector = client_of("inspector", "en")
    written(inspector, site)
    card = text(inspector.get(f"/letters/{SiteLetter.objects.get().number}/"))
    assert f"/letters/new/?site={site}" in card and f"/vault/ask/?site={site}" in card
    form = text(inspector.get(f"/letters/new/?site={site}&kind=general"))
    assert site in form and SiteLetter.objects.count() == 1


def test_a_signal_of_a_site_leads_on_for_the_desk_alone(client_of, house, site):
    """Inspectors see both ways at the site; the auditor sees neither."""
    id = Signal.objects.exclude(site="").values_list("pk", flat=True).first()
    page = f"/signals/{id}/"
    shown = text(client_of("inspector", "en").get(page))
    assert "/vault/ask/?site=" in shown and "/letters/new/?site=" in shown
    assert "/letters/new/?site=" not in text(client_of("auditor", "en").get(page))
